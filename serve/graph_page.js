
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const svg = byId("picture"), world = byId("world"), root = document.documentElement;
  const [WIDTH, HEIGHT] = data.card;
  const EVIDENCE = {
    proven: "A scope, an import or a type leaves this one target.",
    possible: "One of several targets; those of one place are the whole set.",
    external: "Outside the indexed code, and known by name.",
    unknown: "No rule could decide what this use means.",
  };
  const NARROW = 0.05, WIDE = 4;

  const make = (name, attributes = {}, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  };
  const html = (name, text = "", attributes = {}) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const word = (text) => text.replace(/[^a-z_-]/g, "");
  const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);
  const place = (node) => (node.path ? (node.lines[0] && node.kind !== "file" ? `${node.path}:${node.lines[0]}` : node.path) : node.handle);
  const tail = (text, length) => (text.length > length ? "…" + text.slice(1 - length) : text);

  // What is drawn.
  for (const evidence of Object.keys(EVIDENCE)) {
    const arrow = make("marker", { id: `arrow-${evidence}`, class: evidence, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse", markerUnits: "userSpaceOnUse" });
    arrow.append(make("path", { d: "M0 0.6 L8 4 L0 7.4 Z" }));
    byId("defs").append(arrow);
  }

  const curve = (from, to, bend) => {
    const [y1, y2] = [from.y + HEIGHT / 2, to.y + HEIGHT / 2];
    if (Math.abs(from.x - to.x) < WIDTH) {
      const right = Math.max(from.x, to.x) + WIDTH, out = right + 26 + Math.min(Math.abs(y2 - y1) / 6, 60) + bend;
      return `M${from.x + WIDTH} ${y1} C${out} ${y1} ${out} ${y2} ${to.x + WIDTH + 3} ${y2}`;
    }
    const forward = to.x > from.x;
    const x1 = forward ? from.x + WIDTH : from.x, x2 = forward ? to.x - 3 : to.x + WIDTH + 3;
    const reach = Math.max(Math.abs(x2 - x1) / 2, 40) * (forward ? 1 : -1);
    return `M${x1} ${y1} C${x1 + reach} ${y1 + bend} ${x2 - reach} ${y2 + bend} ${x2} ${y2}`;
  };

  const between = new Map();
  const edges = data.edges.map((edge, at) => {
    const key = `${edge.from} ${edge.to}`, bend = (between.get(key) || 0) * 14;
    between.set(key, (between.get(key) || 0) + 1);
    const aside = data.nodes[edge.from].side !== 0 && data.nodes[edge.to].side !== 0;
    const group = make("g", { class: `edge ${word(edge.kind)}${aside ? " aside" : ""}`, "data-edge": at });
    const path = curve(data.nodes[edge.from], data.nodes[edge.to], bend);
    group.append(
      make("path", { class: `line ${word(edge.evidence)}`, d: path, "marker-end": `url(#arrow-${word(edge.evidence)})` }),
      make("path", { class: "hit", d: path }),
      make("title", {}, `${data.nodes[edge.from].name} ${edge.kind} ${data.nodes[edge.to].name} (${edge.evidence}, ${edge.rule})`),
    );
    group.addEventListener("click", () => showEdge(at));
    byId("edges").append(group);
    return group;
  });

  const nodes = data.nodes.map((node, at) => {
    const group = make("g", {
      class: `node k-${word(node.kind)}${node.side === 0 ? " centre" : ""}`, transform: `translate(${node.x} ${node.y})`,
      tabindex: 0, role: "button", "aria-label": `${node.kind} ${node.qualified}, ${place(node)}`, "data-node": at,
    });
    group.append(
      make("rect", { class: "card", width: WIDTH, height: HEIGHT, rx: 7 }),
      make("rect", { class: "stripe", x: 0, y: 7, width: 3.5, height: HEIGHT - 14, rx: 1.5 }),
      make("text", { class: "name", x: 12, y: 17 }, cut(node.name || node.handle, 23)),
      make("text", { class: "kind", x: WIDTH - 9, y: 32, "text-anchor": "end" }, node.kind),
      make("text", { class: "place", x: 12, y: 32 }, tail(place(node), Math.floor((WIDTH - 29 - node.kind.length * 6.2) / 6.4))),
      make("title", {}, `${node.qualified}\n${node.handle}`),
    );
    group.addEventListener("click", () => showNode(at));
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); showNode(at); }
    });
    group.addEventListener("focus", () => { if (group.matches(":focus-visible")) bringIn(node); });
    byId("nodes").append(group);
    return group;
  });

  const heads = new Map();
  for (const node of data.nodes) {
    const head = heads.get(node.side) || { left: Infinity, right: -Infinity, top: Infinity };
    heads.set(node.side, { left: Math.min(head.left, node.x), right: Math.max(head.right, node.x + WIDTH), top: Math.min(head.top, node.y) });
  }
  for (const [side, head] of heads) {
    const nearest = side === 0 ? "asked about" : side < 0 ? "use or hold it" : "it uses or holds";
    const text = Math.abs(side) > 1 ? `${Math.abs(side)} steps away` : nearest;  // a step may go either way
    byId("headings").append(make("text", { class: "heading", x: (head.left + head.right) / 2, y: head.top - 16, "text-anchor": "middle" }, text));
  }

  // Where the reader looks.
  const look = { x: 0, y: 0, scale: 1 };
  const settle = () => world.setAttribute("transform", `translate(${look.x.toFixed(2)} ${look.y.toFixed(2)}) scale(${look.scale.toFixed(4)})`);
  const size = () => svg.getBoundingClientRect();
  const pan = (dx, dy) => { look.x += dx; look.y += dy; settle(); };
  const zoom = (factor, x = size().width / 2, y = size().height / 2) => {
    const scale = Math.min(WIDE, Math.max(NARROW, look.scale * factor));
    look.x = x - (x - look.x) * (scale / look.scale);
    look.y = y - (y - look.y) * (scale / look.scale);
    look.scale = scale;
    settle();
  };
  const fit = () => {
    if (!data.nodes.length) return settle();
    const xs = data.nodes.map((node) => node.x), ys = data.nodes.map((node) => node.y);
    const left = Math.min(...xs) - 30, right = Math.max(...xs) + WIDTH + 90, top = Math.min(...ys) - 50, bottom = Math.max(...ys) + HEIGHT + 30;
    const { width, height } = size();
    look.scale = Math.min(1.25, Math.max(NARROW, Math.min(width / (right - left), height / (bottom - top))));
    look.x = width / 2 - look.scale * (left + right) / 2;
    look.y = height / 2 - look.scale * (top + bottom) / 2;
    settle();
  };
  const centre = (node) => {
    const { width, height } = size();
    look.scale = Math.max(look.scale, 0.8);
    look.x = width / 2 - look.scale * (node.x + WIDTH / 2);
    look.y = height / 2 - look.scale * (node.y + HEIGHT / 2);
    settle();
  };
  const bringIn = (node) => {
    const { width, height } = size();
    const x = look.x + look.scale * node.x, y = look.y + look.scale * node.y;
    if (x < 0 || y < 0 || x + look.scale * WIDTH > width || y + look.scale * HEIGHT > height) centre(node);
  };

  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = size();
    zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016)), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  let held = null;
  svg.addEventListener("pointerdown", (event) => { if (event.button === 0) held = { x: event.clientX, y: event.clientY, moved: false }; });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const dx = event.clientX - held.x, dy = event.clientY - held.y;
    if (!held.moved && Math.hypot(dx, dy) < 4) return;
    held = { x: event.clientX, y: event.clientY, moved: true };
    svg.classList.add("held");
    pan(dx, dy);
  });
  let dragged = false;
  window.addEventListener("pointerup", () => { dragged = Boolean(held && held.moved); held = null; svg.classList.remove("held"); });
  svg.addEventListener("click", (event) => { if (dragged) { event.stopPropagation(); dragged = false; } }, true);

  // What is told about a node or an edge.
  const about = byId("about");
  const row = (list, name, value, code = false) => {
    const cell = html("dd");
    cell.append(code ? html("code", value) : value);
    list.append(html("dt", name), cell);
  };
  const choose = (group, kept) => {
    for (const each of [...nodes, ...edges]) each.classList.remove("chosen");
    edges.forEach((each, at) => each.classList.toggle("dim", kept !== null && !kept.has(at)));
    if (group) group.classList.add("chosen");
    byId("details").hidden = group === null;
  };
  const edgeButton = (at, shown) => {
    const edge = data.edges[at], item = html("li"), button = html("button", shown.qualified, { type: "button" });
    button.append(html("small", `${edge.kind} · ${edge.evidence} · ${edge.path}:${edge.line}`));
    button.addEventListener("click", () => showEdge(at));
    item.append(button);
    return item;
  };
  const listed = (title, found) => {
    if (!found.length) return;
    const list = html("ul");
    list.append(...found);
    about.append(html("h3", `${title} (${found.length})`), list);
  };
  function showNode(at) {
    const node = data.nodes[at], numbers = [...data.edges.keys()];
    const into = numbers.filter((each) => data.edges[each].to === at), out = numbers.filter((each) => data.edges[each].from === at);
    about.replaceChildren(html("h2", node.qualified || node.handle));
    const list = html("dl");
    row(list, "kind", node.kind);
    if (node.path) row(list, "lines", `${node.path}:${node.lines[0]}-${node.lines[1]}`, true);
    row(list, "handle", node.handle, true);
    about.append(list);
    listed("Used by", into.map((each) => edgeButton(each, data.nodes[data.edges[each].from])));
    listed("Uses", out.map((each) => edgeButton(each, data.nodes[data.edges[each].to])));
    choose(nodes[at], new Set([...into, ...out]));
  }
  function showEdge(at) {
    const edge = data.edges[at], from = data.nodes[edge.from], to = data.nodes[edge.to];
    about.replaceChildren(html("h2", `${from.qualified} ${edge.kind} ${to.qualified}`));
    about.append(html("span", edge.evidence, { class: `chip ${word(edge.evidence)}` }), html("p", EVIDENCE[edge.evidence] || ""));
    const list = html("dl");
    row(list, "rule", edge.rule, true);
    row(list, "span", edge.bytes[0] < 0 ? `${edge.path}:${edge.line}` : `${edge.path}:${edge.line}, bytes ${edge.bytes[0]}–${edge.bytes[1]}`, true);
    row(list, "from", from.handle, true);
    row(list, "to", to.handle, true);
    about.append(list);
    const others = data.edges.map((_, each) => each).filter((each) => {
      const other = data.edges[each];
      return each !== at && edge.evidence === "possible" && other.evidence === "possible" && other.path === edge.path && other.bytes[0] === edge.bytes[0] && other.line === edge.line && other.kind === edge.kind;
    });
    listed("Other candidates of this place", others.map((each) => edgeButton(each, data.nodes[data.edges[each].to])));
    choose(edges[at], new Set([at, ...others]));
  }
  const unchoose = () => choose(null, null);
  byId("close").addEventListener("click", unchoose);

  // What is looked for, and what is left out.
  const search = byId("search");
  let matches = [], next = 0;
  const seek = () => {
    const wanted = search.value.trim().toLowerCase();
    matches = [];
    data.nodes.forEach((node, at) => {
      const hit = wanted !== "" && `${node.qualified} ${node.handle}`.toLowerCase().includes(wanted);
      nodes[at].classList.toggle("match", hit);
      nodes[at].classList.toggle("dim", wanted !== "" && !hit);
      if (hit) matches.push(at);
    });
    next = 0;
    byId("matches").textContent = wanted ? `${matches.length} of ${data.nodes.length}` : "";
  };
  search.addEventListener("input", seek);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && matches.length) {
      const at = matches[next++ % matches.length];
      centre(data.nodes[at]);
      showNode(at);
    } else if (event.key === "Escape") {
      search.value = "";
      seek();
      svg.focus();
    }
    event.stopPropagation();
  });

  const hidden = { evidence: new Set(), kind: new Set() };
  const sift = () => {
    data.edges.forEach((edge, at) => edges[at].classList.toggle("gone", hidden.evidence.has(edge.evidence) || hidden.kind.has(edge.kind)));
  };
  const tally = (field) => data.edges.reduce((counts, edge) => counts.set(edge[field], (counts.get(edge[field]) || 0) + 1), new Map());
  const choice = (field, value, ...parts) => {
    const label = html("label"), box = html("input", "", { type: "checkbox", "data-filter": value });
    box.checked = true;
    box.addEventListener("change", () => { hidden[field][box.checked ? "delete" : "add"](value); sift(); });
    label.append(box, ...parts);
    return label;
  };
  const known = tally("evidence");
  for (const evidence of Object.keys(EVIDENCE)) {
    const sample = make("svg", { viewBox: "0 0 46 10", "aria-hidden": "true" });
    sample.append(make("path", { class: `line ${evidence}`, d: "M1 5 H45" }));
    byId("legend").append(choice("evidence", evidence, sample, html("span", evidence, { title: EVIDENCE[evidence] }), html("span", String(known.get(evidence) || 0), { class: "count" })));
  }
  for (const [kind, count] of [...tally("kind")].sort()) byId("kinds").append(choice("kind", kind, html("span", kind), html("span", String(count), { class: "count" })));
  byId("kinds").hidden = !data.edges.length;

  // Keys, colours, and the truth about the picture.
  const STEP = 60;
  const KEYS = {
    ArrowLeft: () => pan(STEP, 0), ArrowRight: () => pan(-STEP, 0), ArrowUp: () => pan(0, STEP), ArrowDown: () => pan(0, -STEP),
    "+": () => zoom(1.2), "=": () => zoom(1.2), "-": () => zoom(1 / 1.2), 0: fit, Escape: unchoose, t: () => turn(), "/": () => search.focus(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS) || event.target.tagName === "INPUT") return;
    event.preventDefault();
    KEYS[event.key]();
  });
  byId("in").addEventListener("click", () => zoom(1.25));
  byId("out").addEventListener("click", () => zoom(0.8));
  byId("fit").addEventListener("click", fit);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let turned = null;
  const paint = () => { root.dataset.theme = turned || (dark.matches ? "dark" : "light"); };
  const turn = () => { turned = root.dataset.theme === "dark" ? "light" : "dark"; paint(); };
  byId("theme").addEventListener("click", turn);
  dark.addEventListener("change", paint);
  paint();

  byId("title").textContent = data.title;
  const unknown = data.coverage.unknown, unresolved = data.coverage.unresolved_files;
  const truth = [data.view, `generation ${data.generation}`, `${data.nodes.length} nodes`, `${data.edges.length} edges`];
  truth.push(unknown ? `${unknown} unknown uses could add to this` : "no unknown uses");
  if (unresolved) truth.push(`${unresolved} files not resolved`);
  truth.push(data.levels);
  byId("truth").textContent = truth.join(" · ");
  byId("caps").hidden = !data.caps.length;
  byId("caps").textContent = data.caps.map((cap) => `Cut off at ${cap.limit} ${cap.name}${cap.left_out === null ? "" : `: ${cap.left_out} more are not shown`}`).join(" · ");
  fit();
  window.addEventListener("resize", fit);
})();
