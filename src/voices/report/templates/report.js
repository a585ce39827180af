"use strict";
(function () {
  const root = document.documentElement;
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  root.classList.add("with-script");

  // Tables sort by a button in each head.
  function value(row, column, kind) {
    const raw = row.cells[column].getAttribute("data-value") || "";
    return kind === "number" ? (raw === "" ? null : Number(raw)) : raw;
  }

  function sort(table, head, column) {
    const kind = head.getAttribute("data-sort");
    const before = head.getAttribute("aria-sort");
    const down = before ? before === "ascending" : kind === "number";
    const rows = Array.from(table.tBodies[0].rows);
    rows.sort(function (a, b) {
      const x = value(a, column, kind), y = value(b, column, kind);
      if (x === null || y === null) { return (x === null) - (y === null); }
      const order = kind === "number" ? x - y : x.localeCompare(y, root.lang);
      return down ? -order : order;
    });
    table.tBodies[0].append(...rows);
    Array.from(table.tHead.rows[0].cells).forEach((cell) => cell.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  }

  all("table[data-sortable]").forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
      if (!head.hasAttribute("data-sort")) { return; }
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head, column));
    });
  });

  // Filters: an item is hidden where it has an attribute of the filter and none of its values is the chosen one.
  const fields = all("[data-filter]");
  const items = all("main [data-voice], main [data-theme], main [data-unit], main [data-period], main [data-quote]");
  const counter = document.querySelector("[data-count]");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map(all("[data-quote]").map((item) => [item, plain(item.textContent)]));

  function chosen() {
    return Object.fromEntries(fields.map((field) => [field.getAttribute("data-filter"), field.value.trim()]));
  }

  function fits(item, state) {
    for (const key of ["voice", "theme", "unit", "period"]) {
      const name = "data-" + key;
      if (!state[key] || !item.hasAttribute(name)) { continue; }
      if (item.getAttribute(name) !== state[key] && item.getAttribute(name + "-2") !== state[key]) { return false; }
    }
    return !state.q || !texts.has(item) || !item.closest("#quotes") || texts.get(item).includes(plain(state.q));
  }

  function tally(selector) {
    const found = all(selector), shown = found.filter((item) => !item.hidden && !item.parentElement.closest("[hidden]"));
    return shown.length + " / " + found.length;
  }

  function apply() {
    const state = chosen();
    items.forEach((item) => { item.hidden = !fits(item, state); });
    all("[data-group]").forEach(function (group) {
      const left = all("[data-quote]", group).some((item) => !item.hidden);
      group.hidden = group.hidden || !left;
      if (state.q && left) { group.open = true; }
    });
    if (state.period) { all("#trends .figures").forEach((part) => { part.open = true; }); }
    if (state.unit) { all("#units .figures").forEach((part) => { part.open = true; }); }
    if (counter) {
      const numbers = { problems: tally("[data-problem]"), themes: tally("[data-row]"), quotes: tally("#quotes [data-quote]") };
      counter.textContent = counter.getAttribute("data-count").replace(/\{(\w+)\}/g, (whole, key) => numbers[key] || whole);
    }
  }

  function remember() {
    const state = chosen();
    const parts = Object.keys(state).filter((key) => state[key]).map((key) => key + "=" + encodeURIComponent(state[key]));
    history.replaceState(null, "", parts.length ? "#" + parts.join("&") : location.pathname + location.search);
  }

  function decoded(text) {
    try { return decodeURIComponent(text); } catch (error) { return text; }
  }

  function recall() {
    const parts = location.hash.slice(1).split("&").filter(Boolean);
    const told = new Map(parts.filter((part) => part.includes("=")).map((part) => {
      const place = part.indexOf("=");
      return [part.slice(0, place), decoded(part.slice(place + 1))];
    }));
    if (told.size) {
      fields.forEach(function (field) {
        field.value = told.get(field.getAttribute("data-filter")) || "";
        if (field.selectedIndex === -1) { field.value = ""; }
      });
      apply();
    }
    const anchor = parts.find((part) => !part.includes("="));
    let target = anchor && document.getElementById(decoded(anchor));
    while (target) {
      if (target.tagName === "DETAILS") { target.open = true; }
      target = target.parentElement;
    }
  }

  fields.forEach((field) => field.addEventListener("input", function () { apply(); remember(); }));
  all("[data-reset]").forEach((button) => button.addEventListener("click", function () {
    fields.forEach((field) => { field.value = ""; });
    apply();
    remember();
  }));
  window.addEventListener("hashchange", recall);
  apply();
  recall();

  // Light or dark, whatever the machine prefers.
  all("[data-scheme-button]").forEach((button) => button.addEventListener("click", function () {
    const dark = root.dataset.scheme ? root.dataset.scheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.scheme = dark ? "light" : "dark";
  }));

  // Paper shows everything that is closed.
  let opened = [];
  window.addEventListener("beforeprint", function () {
    opened = all("details.problem:not([open]), details.theme-quotes:not([open]), details.topic:not([open])");
    opened.forEach((item) => { item.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach((item) => { item.open = false; });
    opened = [];
  });
})();
