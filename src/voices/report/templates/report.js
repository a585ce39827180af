"use strict";
(function () {
  document.documentElement.classList.add("with-script");

  function value(row, column, kind) {
    var raw = row.cells[column].getAttribute("data-value") || "";
    return kind === "number" ? (raw === "" ? null : Number(raw)) : raw;
  }

  function sort(table, head, column) {
    var kind = head.getAttribute("data-sort");
    var before = head.getAttribute("aria-sort");
    var down = before ? before === "ascending" : kind === "number";
    var body = table.tBodies[0];
    var rows = Array.prototype.slice.call(body.rows);
    rows.sort(function (a, b) {
      var x = value(a, column, kind), y = value(b, column, kind);
      if (x === null || y === null) { return (x === null) - (y === null); }
      var order = kind === "number" ? x - y : x.localeCompare(y, document.documentElement.lang);
      return down ? -order : order;
    });
    rows.forEach(function (row) { body.appendChild(row); });
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  }

  document.querySelectorAll("table[data-sortable]").forEach(function (table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      if (!head.hasAttribute("data-sort")) { return; }
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () { sort(table, head, column); });
    });
  });

  function reveal() {
    var id = decodeURIComponent(location.hash.slice(1));
    var target = id && document.getElementById(id);
    while (target) {
      if (target.tagName === "DETAILS") { target.open = true; }
      target = target.parentElement;
    }
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  var opened = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details.problem:not([open]), details.theme-quotes:not([open])").forEach(function (item) {
      item.open = true;
      opened.push(item);
    });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (item) { item.open = false; });
    opened = [];
  });
})();
