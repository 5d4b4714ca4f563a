#include "include/list.h"

const char *list_version = "1";
static int made = 0, *last;
static const char *const names[] = {"a", "b"};
static int (*hook)(int) = NULL;
int größe;

static int twice(int x) { return x * 2; }

/*
 * Makes a list.
 */
list_t *
list_new(size_t size, list_visit visit)
{
  list_t *list = malloc(sizeof(list_t));
  struct list_item item = {.value = twice(1), .free = item_free};
  int local = LIST_LARGER(size, LIST_MAX);
  int prototype(int);
  list->head->free(list->head);
  (*hook)(local);
  hook(made++);
  return list;
}

int list_each(list_t *list, list_visit visit) {
  for (list_item_t *item = list->head; item; item = item->next) {
    if (visit(item, (void *)list)) return LIST_FULL;
  }
  return 0;
}

static struct {
  int width;
} screen;

#ifdef LIST_DEBUG
// Prints.
void list_dump(const list_t *list) {
  printf("%d\n", ((list_item_t *)list->head)->value);
}
#else
int undumped;
#endif
