// The Documents tab: fetches its HTML from plain addresses, sends forms and files, follows files being read, and ties
// each table cell to its box on the page image. A document is a link with data-document; ?open=ID&at=PAGE opens it.
(() => {
  const VIEW_KEYS = ["open", "at"];
  const POLL = 800;
  let list = "";
  let polling = 0;
  let asked = 0;
  let pointer = "";
  let sending = null;
  let wasShown = false;
  let watching = null;

  const library = () => document.getElementById("library");
  const say = (words) => {
    const live = document.getElementById("library-said");
    if (live && live.textContent !== words) live.textContent = words;
  };
  const withList = (path) => (list ? `${path}?${list}` : path);
  const failed = (words) => `<div class="notice bad" role="alert" tabindex="-1"><p>${words}</p></div>`;
  const STOPPED = failed("collabkb has stopped. Start it again on this machine, then load this page again.");

  const openFromAddress = () => {
    const query = new URLSearchParams([...new URLSearchParams(location.search)].filter(([key]) => VIEW_KEYS.includes(key)));
    return query.get("open") ? query : null;
  };
  const setAddress = (query, push) => {
    const url = new URL(location.href);
    VIEW_KEYS.forEach((key) => url.searchParams.delete(key));
    new URLSearchParams(query).forEach((value, key) => value && url.searchParams.set(key, value));
    if (url.href === location.href) return;
    push ? history.pushState({ library: true }, "", url) : history.replaceState(history.state, "", url);
  };

  // ---------------------------------------------------------------- showing
  const place = (html, focus) => {
    library().innerHTML = html;
    const view = library().querySelector("[data-document-view]");
    document.body.classList.toggle("reading-document", Boolean(view));
    const outline = library().querySelector("[data-outline]");
    if (outline) outline.open = matchMedia("(min-width: 1600px)").matches;
    follow();
    if (focus) focusOn(...[focus].flat());
  };
  const focusOn = (...wanted) => {
    const target = [...wanted, "h2"].map((css) => library().querySelector(css)).find(Boolean);
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "nearest" });
  };
  const notice = (html) => {
    library().querySelectorAll(".notice").forEach((old) => old.remove());
    const heading = library().querySelector("h2");
    if (heading) heading.insertAdjacentHTML("afterend", html);
    else library().innerHTML = html;
    focusOn(".notice");
  };
  const get = async (path) => {
    const reply = await fetch(path);
    if (reply.status === 401) location.reload();
    return { ok: reply.ok, html: await reply.text() };
  };
  // What was asked for last is shown, however late the answers come.
  const asking = () => {
    const mine = (asked += 1);
    return () => mine === asked;
  };
  const showList = async (focus) => {
    const isLast = asking();
    setAddress("", false);
    let html = STOPPED;
    try {
      html = (await get(withList("library/list"))).html;
    } catch {}
    if (isLast()) place(html, focus);
  };
  const showForm = async (path) => {
    const isLast = asking();
    let [ok, html] = [false, STOPPED];
    try {
      ({ ok, html } = await get(path));
    } catch {}
    if (isLast()) ok ? place(html, "h2") : notice(html);
  };
  const showView = async (query, { push = true, focus = "h2" } = {}) => {
    const isLast = asking();
    let [ok, html] = [false, STOPPED];
    try {
      ({ ok, html } = await get(`library/view?${query}`));
    } catch {}
    if (!isLast()) return;
    setAddress(query, push);
    if (ok) {
      place(html, focus);
      if (focus === "h2") scrollTo({ top: 0 });
      say(library().querySelector(".page-read")?.getAttribute("aria-label") ?? "");
    } else {
      place(`<h2 tabindex="-1">This document cannot be shown</h2>${html}<p class="back"><button type="button" `
        + 'class="link" data-get="library/list">‹ All documents</button></p>', "h2");
    }
  };
  const toTab = () => {
    const tabs = document.querySelectorAll('#tabs button[role="tab"], #tabs .overflow-menu button');
    const tab = [...tabs].find((one) => one.textContent.trim() === "Documents");
    if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
    return Boolean(tab);
  };

  // ---------------------------------------------------------------- changing
  const post = async (path, body = "") => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    asking();
    let reply;
    try {
      reply = await fetch(withList(path), { method: "POST", headers, body });
    } catch {
      return notice(STOPPED);
    }
    const html = await reply.text();
    asking();
    if (!reply.ok) return notice(html);
    place(html, [".form-errors", ".notice"]);
    library().querySelector(".notice p") && say(library().querySelector(".notice p").textContent);
  };

  const follow = () => {
    clearTimeout(polling);
    if (library()?.querySelector(".jobs[data-running]")) polling = setTimeout(poll, POLL);
  };
  const poll = async () => {
    const jobs = document.getElementById("library-jobs");
    if (!jobs) return;
    try {
      const { html } = await get("library/jobs");
      const held = jobs.contains(document.activeElement) ? document.activeElement.getAttribute("data-post") : null;
      jobs.innerHTML = html;
      if (held) (jobs.querySelector(`[data-post="${held}"]`) ?? jobs.querySelector("button"))?.focus();
    } catch {
      return;
    }
    const words = jobs.querySelector("[data-say]")?.textContent;
    if (words) say(words);
    if (jobs.querySelector("[data-running]")) follow();
    else if (!library().querySelector("form.correct, [data-document-view]")) await showList();
  };

  // ---------------------------------------------------------------- sending files
  const send = (files, fromFolder) => {
    if (!files.length || sending) return;
    const box = library().querySelector("[data-sending]");
    const form = new FormData();
    if (fromFolder) form.append("folder", "1");
    files.forEach((file) => form.append("files", file, file.name));
    const words = `Sending ${files.length} file${files.length === 1 ? "" : "s"}`;
    box.hidden = false;
    box.querySelector("p").textContent = words;
    say(words);
    sending = new XMLHttpRequest();
    sending.open("POST", "library/files");
    sending.upload.onprogress = (event) => {
      if (event.lengthComputable) box.querySelector("progress").value = (100 * event.loaded) / event.total;
    };
    const end = (html, ok) => {
      sending = null;
      box.hidden = true;
      library().querySelectorAll("[data-upload]").forEach((input) => (input.value = ""));
      if (!ok) return html && notice(html);
      library().querySelectorAll(".notice, .library-empty").forEach((old) => old.remove());
      document.getElementById("library-jobs").innerHTML = html;
      follow();
    };
    sending.onload = () => end(sending.responseText, sending.status === 200);
    sending.onerror = () => end(failed("The files could not be sent. Check that collabkb is still running, then try again."));
    sending.onabort = () => (say("Sending was stopped."), end(""));
    sending.send(form);
  };
  const entryToFiles = async (entry) => {
    if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
    const reader = entry.createReader();
    const files = [];
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return files;
      for (const inner of some) files.push(...(await entryToFiles(inner)));
    }
  };
  const dropped = async (items) => {
    const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = [];
    for (const entry of entries) files.push(...(await entryToFiles(entry)));
    send(files, entries.some((entry) => entry.isDirectory));
  };

  // ---------------------------------------------------------------- a cell and its box
  const point = (cell) => {
    const view = library()?.querySelector("[data-document-view]");
    if (!view) return;
    view.querySelectorAll(".is-pointed, .in-column").forEach((old) => old.classList.remove("is-pointed", "in-column"));
    if (!cell) return;
    const match = (name, css) =>
      view.querySelectorAll(`[data-${name}="${CSS.escape(cell.dataset[name])}"]`).forEach((one) => one.classList.add(css));
    match("column", "in-column");
    match("cell", "is-pointed");
  };
  const pointed = (area) => area.querySelector(".is-pointed");
  const moveInTable = (area, key) => {
    const now = pointed(area) ?? area.querySelector("[data-cell]");
    if (!now) return;
    const rows = [...area.querySelectorAll("tr")];
    const row = rows.indexOf(now.closest("tr"));
    const cells = [...now.closest("tr").children];
    const column = cells.indexOf(now);
    const next = {
      ArrowRight: cells[column + 1],
      ArrowLeft: cells[column - 1],
      ArrowDown: rows[row + 1]?.children[Math.min(column, rows[row + 1].children.length - 1)],
      ArrowUp: rows[row - 1]?.children[Math.min(column, rows[row - 1].children.length - 1)],
    }[key];
    const target = pointed(area) ? next : now;
    if (!target?.dataset.cell) return;
    point(target);
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(target.innerText);
  };
  const turn = (key) => {
    const link = library().querySelector(`[data-turn-view="${key === "ArrowRight" ? "next" : "previous"}"]`);
    if (link) showView(link.getAttribute("href").slice(1), { focus: `[data-turn-view="${link.dataset.turnView}"]` });
  };

  // ---------------------------------------------------------------- what people do
  const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("a[data-document], a[data-list-link], [data-post], [data-get], [data-stop-sending]");
    if (!target) return;
    if (target.matches("a") && !isPlain(event)) return;
    event.preventDefault();
    if (target.matches("a[data-document]")) {
      const query = target.getAttribute("href").slice(1);
      const turned = target.dataset.turnView;
      setAddress(query, true);
      toTab();
      if (library()) showView(query, turned ? { focus: `[data-turn-view="${turned}"]` } : {});
    } else if (target.matches("[data-list-link]")) {
      list = target.getAttribute("href").slice(1);
      const name = target.textContent;
      showList().then(() => [...library().querySelectorAll("[data-list-link]")].find((one) => one.textContent === name)?.focus());
    } else if (target.matches("[data-stop-sending]")) sending?.abort();
    else if (target.dataset.get === "library/list") showList("h2");
    else if (target.dataset.get) showForm(target.dataset.get);
    else if (!target.dataset.confirm || confirm(target.dataset.confirm)) post(target.dataset.post);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches?.("[data-list], [data-form], [data-go]")) return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form)).toString();
    if (form.matches("[data-list]")) {
      list = fields;
      showList('[name="q"]').then(() => say(`${library().querySelectorAll("table.library tbody tr").length} documents fit`));
    } else if (form.matches("[data-form]")) post(form.dataset.form, fields);
    else showView(`${form.closest("[data-document-view]").dataset.href}&${fields}`, { focus: '[name="at"]' });
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches?.("[data-upload]")) send([...input.files], input.webkitdirectory);
    else if (input.matches?.("[data-list] select")) input.form.requestSubmit();
    else if (input.matches?.("[data-frames]"))
      library().querySelector(".cell-boxes")?.toggleAttribute("hidden", !input.checked);
  });
  document.addEventListener("pointermove", (event) => {
    // Scrolling under a still pointer says that it moved, too.
    const now = `${event.screenX} ${event.screenY}`;
    if (now === pointer) return;
    pointer = now;
    const cell = event.target.closest?.("[data-document-view] [data-cell]");
    if (cell) point(cell);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow") || !isPlain(event)) return;
    const view = event.target.closest?.("[data-document-view]") ?? (document.activeElement === document.body && library()?.offsetParent && library().querySelector("[data-document-view]"));
    if (!view || event.target.matches("input, select, textarea, summary")) return;
    const area = event.target.closest("[data-cells]");
    if (area) {
      event.preventDefault();
      moveInTable(area, event.key);
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.preventDefault();
      turn(event.key);
    }
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"])
    document.addEventListener(kind, (event) => {
      const box = event.target.closest?.("#library")?.querySelector("[data-drop]");
      if (!box || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      box.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop") dropped(event.dataTransfer.items);
    });
  addEventListener("popstate", () => {
    const query = openFromAddress();
    if (query) showView(query, { push: false });
    else if (library()?.querySelector('[data-get="library/list"]')) showList("h2");
  });

  // ---------------------------------------------------------------- whenever the tab comes into view
  const start = (frame) => {
    wasShown = false;
    watching?.disconnect();
    watching = new IntersectionObserver((entries) => {
      const shown = entries[entries.length - 1].isIntersecting;
      const view = library()?.querySelector("[data-document-view]");
      document.body.classList.toggle("reading-document", shown && Boolean(view));
      if (shown === wasShown) return;
      wasShown = shown;
      // An address names what is shown: another tab has none of a document.
      if (!shown) return setAddress("", false);
      const query = openFromAddress();
      if (query && !view) showView(query, { push: false });
      else if (view) setAddress(`${view.dataset.href}&at=${view.dataset.at}`, false);
      else if (!library().querySelector("form.correct")) showList();
    });
    watching.observe(frame);
  };
  // Gradio makes a tab's content when it is first opened, and now and then anew.
  let toOpen = Boolean(openFromAddress());
  let frame = null;
  const look = () => {
    if (toOpen) toOpen = !toTab();
    if (!library() || library() === frame) return;
    frame = library();
    start(frame);
  };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  // The page may be whole already, and then nothing in it changes any more.
  look();
})();
