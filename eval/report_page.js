"use strict";
(() => {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const turn = () => { root.dataset.theme = dark() ? "light" : "dark"; };
  document.getElementById("theme").addEventListener("click", turn);
  document.addEventListener("keydown", (event) => {
    if (event.key === "t" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, select, textarea")) turn();
  });

  for (const list of document.querySelectorAll(".queries")) {
    const rows = [...list.querySelectorAll(".worst")].map((row) => ({ row, text: row.textContent.toLowerCase() }));
    const find = list.querySelector(".find");
    const choices = [...list.querySelectorAll("select")];
    const apply = () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { row, text } of rows) {
        const fits = words.every((word) => text.includes(word))
          && choices.every((each) => !each.value || row.dataset[each.dataset.by].split("|").includes(each.value));
        row.hidden = !fits;
        shown += fits;
      }
      list.querySelector(".shown").textContent = `${shown} of ${rows.length}`;
      list.querySelector(".empty").hidden = shown > 0;
    };
    find.addEventListener("input", apply);
    for (const each of choices) each.addEventListener("change", apply);
    list.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    const first = choices.find((each) => each.dataset.by === "system");
    if (first && first.options.length > 2) first.selectedIndex = 1;
    apply();
  }
})();
