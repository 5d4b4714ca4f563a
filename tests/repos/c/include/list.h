/* Lists of things. */
#ifndef LIST_H
#define LIST_H

#include <stddef.h>
#include "config/limits.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LIST_MAX 100
/** The larger of two. */
#define LIST_LARGER(a, b) \
  ((a) > (b) ? (a) : (b))

struct list_item;

/** What a list does with an item. */
typedef int (*list_visit)(struct list_item *item, void *context);

/**
 * One item.
 */
typedef struct list_item {
  int value; /* not a doc of what follows */
  struct list_item *next, **link;
  char name[LIST_MAX];
  void (*free)(struct list_item *self);
} list_item_t;

typedef struct {
  list_item_t *head;
  union {
    int small;
    double large;
  } size;
} list_t;

typedef enum { LIST_EMPTY, LIST_FULL = 2 } list_state;

enum colour {
  RED,
  GREEN,
};

extern const char *list_version;

/* Makes a list. */
list_t *list_new(size_t size,
                 list_visit visit);
int list_each(list_t *list, list_visit visit);

#if defined(LIST_DEBUG)
void list_dump(const list_t *list);
#endif

#ifdef __cplusplus
}
#endif
#endif
