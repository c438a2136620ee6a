// The page's own script: reads the data that the page brings and shows them, as text and nothing else.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const text = data.strings;
  const page = document.documentElement;
  page.classList.add("js");

  // --- elements: text only, links only to the web or within the page

  function make(tag, attributes, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...inside.filter((part) => part !== "" && part != null));
    return element;
  }
  const address = (value) => (/^https?:\/\//i.test(value) ? value : "");
  function outside(column, value) {
    if (column === "doi" && value.startsWith("10.")) return "https://doi.org/" + value;
    return /(^|_)url$/.test(column) ? address(value) : "";
  }
  // Countries stand as codes; the browser knows their names.
  const regions = new Intl.DisplayNames(["en"], { type: "region" });
  const country = (code) => (/^[A-Z]{2}$/.test(code) ? regions.of(code) : code);
  const COUNTRIES = /(^|_)(country|countries)$/;
  const thousands = (n) => n.toLocaleString("en");

  // --- what is known, by id

  const at = (table, name) => table.keys.indexOf(name);
  const get = (table, row, name) => {
    const place = at(table, name);
    return place < 0 ? "" : text[row[place]];
  };
  const index = (table, name) => new Map(table.rows.map((row, i) => [get(table, row, name), i]));
  const works = index(data.works, "work_id");
  const records = index(data.records, "record_id");
  const groups = {};
  function of(name, key, value) {
    const id = name + " " + key;
    if (!groups[id]) {
      const table = data[name];
      groups[id] = new Map();
      table.rows.forEach((row, i) => {
        const found = get(table, row, key);
        if (!groups[id].has(found)) groups[id].set(found, []);
        groups[id].get(found).push(i);
      });
    }
    return (groups[id].get(value) || []).map((i) => data[name].rows[i]);
  }
  function inside(value) {
    if (works.has(value)) return "#" + encodeURIComponent(value).replace("w%3A", "w:");
    return records.has(value) ? "#r:" + encodeURIComponent(value) : "";
  }

  function piece(column, value) {
    const href = outside(column, value) || inside(value);
    if (!href) return value;
    return make("a", href[0] === "#" ? { href } : { href, rel: "noreferrer" }, value);
  }
  // A cell: ids and addresses become links, wherever they stand.
  function shown(column, value) {
    const node = document.createElement("span");
    if (COUNTRIES.test(column)) value = value.split("; ").map(country).join("; ");
    value.split("; ").forEach((part, i) => {
      if (i) node.append("; ");
      const whole = piece(column, part);
      if (whole !== part) node.append(whole);
      else node.append(...part.split(/([\s()]+)/).map((word) => (word.includes(":") ? piece("", word) : word)));
    });
    node.normalize();
    return node;
  }
  function titled(value, id) {
    const href = value ? inside(id) : "";
    return href ? make("a", { href }, value) : shown("", value);
  }

  // --- tables that sort and search

  // Where nothing is to be counted a number is a name.
  const NAMES = new Set(["year", "volume", "issue", "pages", "pmid", "position"]);
  const NUMBER = /^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/;
  const amount = (said) => Number(said.replaceAll(",", ""));
  const escaped = (value) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const plain = (value) => value.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  const FEW = 5; // rows that need no search
  const MANY = 25; // rows of a page

  function tabulate(host, table, rows, columns, label) {
    const places = columns.map((name) => at(table, name));
    const numeric = places.map((p) => rows.some((r) => r[p]) && rows.every((r) => !r[p] || NUMBER.test(text[r[p]])));
    const classes = columns.map((name, i) => {
      // what nine of ten cells need; one author list of a page's length makes no column wide
      const lengths = rows.map((row) => text[row[places[i]]].length).sort((x, y) => x - y);
      const width = [70, 140, 320, 800].filter((length) => lengths[Math.ceil(lengths.length * .9) - 1] > length).length;
      return "c-" + name + (numeric[i] && !NAMES.has(name) ? " n" : "") + (width ? " w" + width : "");
    });
    const head = columns.map((name, i) => make("th", { scope: "col", class: classes[i] }, table.names[places[i]]));
    const element = make("table", { "aria-label": label }, make("thead", {}, make("tr", {}, ...head)), make("tbody"));
    host.replaceChildren(element);
    const many = rows.length > MANY;
    const id = at(table, "record_id") < 0 ? at(table, "work_id") : at(table, "record_id");
    return new DataTable(element, {
      data: rows,
      autoWidth: false,
      order: [],
      paging: many,
      pageLength: MANY,
      lengthMenu: [MANY, 100, 500],
      layout: {
        topStart: many ? "pageLength" : null,
        topEnd: rows.length > FEW ? "search" : null,
        bottomStart: many ? "info" : null,
        bottomEnd: many ? "paging" : null,
      },
      language: {
        thousands: ",", emptyTable: "No rows.", zeroRecords: "No row holds that.", search: "Search",
        lengthMenu: "_MENU_ rows a page", info: "Rows _START_ to _END_ of _TOTAL_",
        infoEmpty: "No rows", infoFiltered: "(of _MAX_)",
      },
      columns: columns.map((name, i) => ({
        data: places[i],
        type: numeric[i] ? "num" : "string",
        className: classes[i],
        render: (value, kind, row) => {
          const said = text[value];
          if (kind === "display") return name === "title" && id >= 0 ? titled(said, text[row[id]]) : shown(name, said);
          if (kind === "filter") return escaped(said);
          if (kind === "sort" && numeric[i]) return said === "" ? -Infinity : amount(said);
          return plain(said);
        },
      })),
    });
  }

  // A table of a file as it is shown: without what is hidden, and in words.
  function readable(table) {
    const places = table.keys.map((key, i) => i).filter((i) => !table.hidden.includes(table.keys[i]));
    const words = places.map((i) => table.words[table.keys[i]] || {});
    return {
      title: table.title,
      keys: places.map((i) => table.keys[i]),
      names: places.map((i) => table.names[i]),
      rows: table.rows.map((row) => places.map((place, i) => words[i][row[place]] ?? row[place])),
    };
  }

  const built = new Map();
  function build(host) {
    if (built.has(host)) return;
    const name = host.dataset.table;
    if (name === "works") built.set(host, worksTable(host));
    else {
      const table = data.tables[name] && readable(data.tables[name]);
      if (!table || !table.rows.length) return built.set(host, null);
      built.set(host, tabulate(host, table, table.rows, table.keys, table.title));
    }
  }
  function worksTable(host) {
    if (!data.works.rows.length) {
      host.replaceChildren(make("p", {}, "No works."));
      return null;
    }
    const end = new Map();
    for (const row of data.records.rows) {
      if (get(data.records, row, "lead") === "true") end.set(get(data.records, row, "work_id"), row);
    }
    const fields = ["title", "authors", "year", "venue"];
    const extra = ["end", "reason"];
    const last = ["work_id", "doi"];
    const rows = data.works.rows.map((row) => {
      const lead = end.get(get(data.works, row, "work_id"));
      const own = (names) => names.map((name) => row[at(data.works, name)]);
      return [...own(fields), ...extra.map((name) => lead[at(data.records, name)]), ...own(last)];
    });
    const keys = [...fields, ...extra, ...last];
    const names = keys.map((name) => {
      const table = extra.includes(name) ? data.records : data.works;
      return table.names[at(table, name)];
    });
    return tabulate(host, { keys, names }, rows, keys, "All works");
  }
  // Built when they come near the window, so that a review of many works opens at once.
  const near = new IntersectionObserver(
    (entries) => entries.filter((e) => e.isIntersecting).forEach((e) => {
      near.unobserve(e.target);
      build(e.target);
    }),
    { rootMargin: "600px" },
  );
  const hosts = [...document.querySelectorAll("[data-table]")];
  hosts.forEach((host) => near.observe(host));

  // --- the flow: a box is a button that lists what stands behind it

  const panel = document.getElementById("box");
  const svg = document.querySelector(".flow svg");
  let opener = null;
  const OF_BOX = ["record_id", "title", "authors", "year", "source", "end", "reason", "decided_by", "work_id"];
  const label = (part) => `${part[0]} (${thousands(part[1].length)})`;
  const whole = (parts) => parts.filter((part) => !part[2]);
  for (const box of svg ? svg.querySelectorAll("[data-box]") : []) {
    const parts = data.boxes[box.dataset.box];
    if (!parts) continue;
    box.setAttribute("role", "button");
    box.setAttribute("tabindex", "0");
    box.setAttribute("aria-label", whole(parts).map(label).join(", ") + ": list them");
    box.addEventListener("click", () => openBox(box));
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      openBox(box);
    });
  }
  if (svg) svg.setAttribute("role", "group");

  function openBox(box) {
    closeBox(false);
    opener = box;
    box.classList.add("shown");
    const parts = data.boxes[box.dataset.box];
    const all = whole(parts);
    const options = parts.map((part, i) => make("option", { value: i }, (part[2] ? "\u2013 " : "") + label(part)));
    const union = new Set(all.flatMap((part) => part[1]));
    if (all.length > 1) options.unshift(make("option", { value: "all" }, `All in this box (${thousands(union.size)})`));
    const choice = make("select", { id: "box-part" }, ...options);
    const title = make("h3", { tabindex: "-1", id: "box-title" }, all.map(label).join("; "));
    const close = make("button", { type: "button" }, "Close");
    const host = make("div");
    close.addEventListener("click", () => closeBox(true));
    const show = () => {
      const chosen = choice.value === "all" ? [...union] : parts[Number(choice.value)][1];
      const rows = chosen.map((i) => data.records.rows[i]);
      if (rows.length) tabulate(host, data.records, rows, OF_BOX, "Records in this box");
      else host.replaceChildren(make("p", {}, "No records."));
    };
    choice.addEventListener("change", show);
    panel.replaceChildren(
      make("div", { class: "bar" }, title, close),
      make("p", {}, make("label", { for: "box-part" }, "Show "), choice),
      host,
    );
    panel.hidden = false;
    show();
    title.focus();
    panel.scrollIntoView({ block: "nearest" });
  }
  function closeBox(back) {
    panel.hidden = true;
    panel.replaceChildren();
    if (!opener) return;
    opener.classList.remove("shown");
    if (back) opener.focus();
    opener = null;
  }
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeBox(true);
  });

  // --- the life of a work

  const dialog = document.getElementById("life");
  function small(title, names, rows, note) {
    if (!rows.length) return [make("h3", {}, title), make("p", {}, note || "None.")];
    const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, name)));
    const classes = names.map((name) => "k-" + name.toLowerCase().replace(/\W+/g, "-"));
    const body = rows.map((row) => make("tr", {}, ...row.map((cell, i) => make("td", { class: classes[i] }, cell))));
    const table = make("table", { "aria-label": title }, make("thead", {}, head), make("tbody", {}, ...body));
    const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, table);
    return [make("h3", {}, title), scroll];
  }
  const cells = (table, row, ...names) => names.map((name) => shown(name, get(table, row, name)));

  function life(id, marked) {
    const work = data.works.rows[works.get(id)];
    const origins = data.origins[works.get(id)];
    const from = new Map();
    for (let i = 0; i < origins.length; i += 2) from.set(text[origins[i]], text[origins[i + 1]]);
    const of_work = of("records", "work_id", id);
    const lead = of_work.find((row) => get(data.records, row, "lead") === "true");
    const end = (name) => get(data.records, lead, name);
    const judge = end("decided_by") || end("judge");
    const pieces = [end("end")];
    if (end("reasons")) pieces.push("because of: " + end("reasons").toLowerCase());
    if (judge) pieces.push("decided by: " + judge);
    const fields = data.works.keys.filter((k) => k !== "work_id" && k !== "conflicts" && get(data.works, work, k));
    const merged = fields.map((k) => [
      data.works.names[at(data.works, k)], shown(k, get(data.works, work, k)), shown("record_id", from.get(k) || ""),
    ]);
    const parts = [make("p", {}, make("strong", {}, "What became of it: "), pieces.join("; "), ".")];
    parts.push(make("p", { class: "soft" }, id));
    parts.push(...small("The work, and which records gave each field", ["Field", "Value", "From"], merged));
    const conflicts = get(data.works, work, "conflicts");
    if (conflicts) parts.push(make("p", {}, make("strong", {}, "Records disagree: "), shown("", conflicts)));

    parts.push(make("h3", {}, `Its records (${of_work.length})`));
    for (const row of of_work) {
      const record = get(data.records, row, "record_id");
      const skip = new Set(["record_id", "work_id", "source", "end", "lead", "reason", "reasons", "judge", "decided_by"]);
      const told = data.records.keys.filter((k) => !skip.has(k) && get(data.records, row, k));
      const lines = told.map((k) => make(
        "tr", {}, make("th", { scope: "row" }, data.records.names[at(data.records, k)]),
        make("td", {}, shown(k, get(data.records, row, k))),
      ));
      const ended = get(data.records, row, "end");
      const what = `${get(data.records, row, "source")}: ${record} (${ended.toLowerCase()})`;
      const scroll = make("div", { class: "scroll" }, make("table", {}, make("tbody", {}, ...lines)));
      const folded = make("details", marked === record ? { open: "", class: "yours" } : {}, make("summary", {}, what), scroll);
      parts.push(folded);
    }
    const ids = of_work.map((row) => get(data.records, row, "record_id"));
    const compared = new Set(ids.flatMap((record) => [...of("pairs", "record_a", record), ...of("pairs", "record_b", record)]));
    const agree = (row) => ["doi", "volume", "page"]
      .filter((k) => get(data.pairs, row, k)).map((k) => `${k} ${get(data.pairs, row, k)}`).join(", ");
    const pairs = [...compared].map((row) => [
      shown("", get(data.pairs, row, "record_a")), shown("", get(data.pairs, row, "record_b")),
      get(data.pairs, row, "outcome"), get(data.pairs, row, "title_score"), get(data.pairs, row, "author_score"),
      get(data.pairs, row, "venue_score"), get(data.pairs, row, "year_gap"), agree(row),
      `${get(data.pairs, row, "rule")}. ${get(data.pairs, row, "because")}`, get(data.pairs, row, "decided_by"),
    ]);
    parts.push(...small(
      "Compared with other records",
      ["Record", "Record", "Outcome", "Title score", "Author score", "Venue score", "Years apart", "Else", "Rule, and why", "Decided by"],
      pairs, "With no record closely enough to be worth keeping.",
    ));
    const V = data.verdicts;
    const verdicts = of("verdicts", "work_id", id).map((row) => {
      const verdict = get(V, row, "verdict");
      return [
        get(V, row, "criterion"), get(V, row, "stage"),
        make("span", { class: verdict.replaceAll(" ", "_") }, verdict),
        [get(V, row, "field"), get(V, row, "value")].filter(Boolean).join(": "), shown("", get(V, row, "source")),
        get(V, row, "note"), get(V, row, "decided_by"),
      ];
    });
    parts.push(...small("Verdicts", ["Criterion", "Stage", "Verdict", "Evidence", "From", "Note", "Decided by"], verdicts));
    const codes = of("codes", "work_id", id).map((row) => {
      const line = cells(data.codes, row, "variable", "code", "status", "evidence", "field", "confidence", "decided_by");
      if (/country$/.test(get(data.codes, row, "variable"))) line[1] = country(get(data.codes, row, "code"));
      return line;
    });
    parts.push(...small(
      "Codes", ["Variable", "Code", "Status", "Evidence", "Field", "Confidence", "Decided by"], codes,
      "Not coded: only works that are included or await a decision are.",
    ));
    const hits = of("hits", "work_id", id).map((row) => cells(data.hits, row, "code", "indicator", "words", "field", "position"));
    parts.push(...small("Where indicators of themes stand", ["Theme", "Indicator", "Words", "Field", "Word number"], hits));
    const title = make("h2", { id: "life-title", tabindex: "-1" }, get(data.works, work, "title") || id);
    const close = make("button", { type: "button" }, "Close");
    close.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(make("div", { class: "bar" }, title, close), ...parts);
    dialog.dataset.work = id;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    title.focus();
  }
  dialog.addEventListener("close", () => {
    if (/^#[wr]:/.test(location.hash)) history.replaceState(null, "", location.pathname + location.search);
  });

  function route() {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch (error) {
      return;
    }
    if (works.has(id)) return life(id, "");
    const record = id.startsWith("r:") ? id.slice(2) : "";
    if (records.has(record)) return life(get(data.records, data.records.rows[records.get(record)], "work_id"), record);
    if (dialog.open) dialog.close();
    const target = document.getElementById(id);
    const folded = target && target.parentElement.querySelector(`[data-table="${CSS.escape(id)}"]`);
    const around = folded && folded.closest("details");
    if (around) around.open = true;
  }
  window.addEventListener("hashchange", route);
  // A link to the place where the page already is changes no address, but should open what it names.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) route();
  });
  route();

  // --- paper: everything unfolded, every row

  let folded = [];
  window.addEventListener("beforeprint", () => {
    closeBox(false);
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((element) => { element.open = true; });
    hosts.filter((host) => !host.closest(".screen")).forEach(build);
    for (const [host, table] of built) if (table && !host.closest(".screen")) table.search("").page.len(-1).draw();
  });
  window.addEventListener("afterprint", () => {
    folded.forEach((element) => { element.open = false; });
    for (const [host, table] of built) if (table && !host.closest(".screen")) table.page.len(MANY).draw();
  });
})();
