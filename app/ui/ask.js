// The Ask tab in the browser: conversations are kept here and nowhere else, quotes are shown beside their markers,
// and readers say whether an answer is right. The server is sent the turns before with each question.
const collabkb = (() => {
  const PREFIX = "collabkb:conversation:";
  const CURRENT = "collabkb:current";
  const EARLY = "collabkb:early";
  const LONGEST_TITLE = 90;
  const FULL = "This browser has no room left to keep conversations. Delete some under “Earlier conversations”.";
  // Conversations that this window has seen in the browser's store: one that is not there any more was deleted.
  const known = new Set();
  let pending = null;

  // ---------------------------------------------------------------- conversations
  const read = (id) => {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + id));
    } catch {
      return null;
    }
  };
  const write = (id, conversation) => {
    try {
      localStorage.setItem(PREFIX + id, JSON.stringify(conversation));
      return true;
    } catch {
      tell(FULL);
      return false;
    }
  };
  const currentId = () => sessionStorage.getItem(CURRENT);
  const all = () =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => ({ id: key.slice(PREFIX.length), ...read(key.slice(PREFIX.length)) }))
      .filter((conversation) => conversation.turns)
      .sort((a, b) => b.changed - a.changed);
  const turnsOf = (id) => JSON.stringify({ turns: read(id)?.turns ?? [] });
  const current = () => {
    if (!currentId() || !read(currentId())) return "";
    known.add(currentId());
    return turnsOf(currentId());
  };

  // A question is held until its answer is kept, so that a page loaded anew has it in its box; one that is too long to
  // be asked is put back at once.
  const begin = (question, longest) => {
    if (question.trim()) sessionStorage.setItem(EARLY, JSON.stringify({ question, asked: false }));
    if (question.length > longest) putBack(question);
    const gone = known.has(currentId()) && !read(currentId());
    if (gone) tell("This conversation was deleted in another window. Your question begins a new one.");
    if (gone || !currentId()) sessionStorage.setItem(CURRENT, newId());
    pending = currentId();
    return current();
  };
  const letGo = () => sessionStorage.removeItem(EARLY);
  const putBack = (question, patience = 100) => {
    if (!document.querySelector("#question textarea").value) ask(question, false);
    else if (patience) setTimeout(putBack, 100, question, patience - 1);
  };
  const keep = (text) => {
    if (!pending || !text) return;
    letGo();
    const { turns } = JSON.parse(text);
    const before = read(pending);
    turns.forEach((turn, at) => (turn.id = before?.turns[at]?.id ?? newId()));
    if (write(pending, { title: turns[0].question.slice(0, 200), ...before, changed: Date.now(), turns })) known.add(pending);
    drawShelf();
  };
  const better = (text) => {
    if (!text || !currentId()) return;
    const { turn, questions, html } = JSON.parse(text);
    const conversation = read(currentId());
    const shown = document.querySelectorAll("#conversation .turn");
    if (turn !== shown.length - 1 || conversation?.turns.length !== shown.length) return;
    const heading = shown[turn].querySelector(".not-found h4");
    if (!heading || shown[turn].querySelector(".better")) return;
    heading.insertAdjacentHTML("beforebegin", html);
    conversation.turns[turn].better = questions;
    write(currentId(), conversation);
  };
  const fresh = () => {
    letGo();
    sessionStorage.removeItem(CURRENT);
    pending = null;
    drawShelf();
    return "";
  };
  const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

  // ---------------------------------------------------------------- the list of conversations
  let deleted = null;
  const shelf = () => document.querySelector("#shelf");
  const make = (tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    element.textContent = text;
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  };
  const drawShelf = () => {
    if (!shelf()) return;
    const kept = all();
    shelf().hidden = !kept.length;
    shelf().querySelector(".shelf-count").textContent = `(${kept.length})`;
    shelf().querySelector("ul").replaceChildren(...kept.map(drawConversation));
  };
  const drawConversation = (conversation) => {
    const item = make("li", "", { "data-id": conversation.id });
    const title = conversation.title.length > LONGEST_TITLE ? `${conversation.title.slice(0, LONGEST_TITLE)} …` : conversation.title;
    const count = `${conversation.turns.length} question${conversation.turns.length === 1 ? "" : "s"}`;
    const day = new Date(conversation.changed).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
    const open = make("button", title, { type: "button", class: "shelf-open" });
    if (conversation.id === currentId()) open.setAttribute("aria-current", "true");
    const rename = make("button", "Rename", { type: "button", "data-rename": "", "aria-label": `Rename: ${title}` });
    const remove = make("button", "Delete", { type: "button", "data-delete": "", "aria-label": `Delete: ${title}` });
    item.append(open, make("span", `${count} · ${day}`, { class: "shelf-when" }), rename, remove);
    return item;
  };
  const open = (id) => {
    letGo();
    sessionStorage.setItem(CURRENT, id);
    pending = null;
    drawShelf();
    shelf().open = false;
    document.querySelector("#switch").click();
    document.querySelector("#question textarea")?.focus();
  };
  const rename = (item) => {
    const conversation = read(item.dataset.id);
    const form = make("form", "", { class: "shelf-rename" });
    const field = make("input", "", { type: "text", maxlength: "200", "aria-label": "Name of the conversation" });
    field.value = conversation.title;
    form.append(field, make("button", "Save", { type: "submit" }), make("button", "Cancel", { type: "button", "data-cancel": "" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) write(item.dataset.id, { ...conversation, title: field.value.trim() });
      drawShelf();
      focusOn(item.dataset.id, "[data-rename]");
    });
    item.replaceChildren(form);
    field.select();
  };
  const stopRenaming = (item) => {
    drawShelf();
    focusOn(item.dataset.id, "[data-rename]");
  };
  const focusOn = (id, css) => shelf().querySelector(`li[data-id="${CSS.escape(id)}"] ${css}`)?.focus();
  const remove = (id) => {
    deleted = { id, conversation: read(id), current: id === currentId() };
    localStorage.removeItem(PREFIX + id);
    drawShelf();
    const undo = make("button", "Undo", { type: "button", "data-undo": "" });
    tell(`“${deleted.conversation.title.slice(0, LONGEST_TITLE)}” is deleted. `, undo);
    if (deleted.current) {
      fresh();
      document.querySelector("#switch").click();
    }
    undo.focus();
  };
  const restore = () => {
    // Another window may have gone on under the same name: what it asked stays a conversation of its own.
    const id = deleted && read(deleted.id) ? newId() : deleted?.id;
    if (!deleted || !write(id, deleted.conversation)) return;
    tell("");
    if (deleted.current) open(id);
    drawShelf();
    shelf().open = true;
    focusOn(id, ".shelf-open");
    deleted = null;
  };
  const tell = (words, ...more) => document.querySelector("#shelf-undo")?.replaceChildren(words, ...more);

  // ---------------------------------------------------------------- asking from elsewhere in the page
  const ask = (question, submit = true) => {
    const box = document.querySelector("#question textarea");
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    box.setSelectionRange(question.length, question.length);
    if (submit) setTimeout(() => document.querySelector("#ask").click(), 50);
  };
  const takeEarly = () => {
    const early = JSON.parse(sessionStorage.getItem(EARLY) || "null");
    letGo();
    if (early?.question) ask(early.question, early.asked);
  };
  const ready = () => {
    if (!document.querySelector("#conversation .greeting, #conversation .turn")) return setTimeout(ready, 60);
    drawShelf();
    takeEarly();
  };

  // ---------------------------------------------------------------- the quote beside its marker
  const tip = make("div", "", { id: "quote-tip", role: "tooltip", hidden: "" });
  let hiding = 0;
  const showTip = (marker) => {
    clearTimeout(hiding);
    const source = [...marker.closest("article").querySelectorAll(".sources li")].find((item) => item.value === Number(marker.textContent));
    if (!source) return;
    tip.replaceChildren(...[".source-title", ".source-where", ".source-proof", ".source-doubt"].map((css) => source.querySelector(css)?.cloneNode(true) ?? ""));
    tip.hidden = false;
    marker.setAttribute("aria-describedby", tip.id);
    const at = marker.getBoundingClientRect();
    const left = Math.min(Math.max(at.left - 24, 12), innerWidth - tip.offsetWidth - 12);
    const above = at.top - tip.offsetHeight - 6;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(above > 8 ? above : at.bottom + 6) + scrollY}px`;
  };
  const hideTip = () => {
    tip.hidden = true;
    document.querySelectorAll(`[aria-describedby="${tip.id}"]`).forEach((marker) => marker.removeAttribute("aria-describedby"));
  };
  const hideSoon = () => {
    clearTimeout(hiding);
    hiding = setTimeout(hideTip, 250);
  };
  const markerOf = (event) => event.target.closest?.("#conversation .marker");

  // ---------------------------------------------------------------- whether an answer is right
  const REASONS = [
    ["figure", "The figure is wrong"],
    ["source", "It comes from the wrong document or place"],
    ["incomplete", "Something is missing"],
    ["question", "It answers another question"],
    ["missed", "The documents do say it"],
    ["other", "Something else"],
  ];
  const judged = (button) => {
    const turn = button.closest(".turn");
    const conversation = currentId() && read(currentId());
    return { at: [...document.querySelectorAll("#conversation .turn")].indexOf(turn), conversation };
  };
  const send = async (group, thumb, more = {}) => {
    const { at, conversation } = judged(group);
    const turn = conversation?.turns[at];
    if (!turn) return say(group, "This browser has not kept this answer, so nothing can be said of it.");
    const history = conversation.turns.slice(0, at).map((before) => before.question);
    const body = thumb ? { id: turn.id, thumb, answer: turn.answer, history, ...more } : { id: turn.id, thumb: null };
    let reply;
    try {
      reply = await fetch("feedback", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    } catch {
      return say(group, "This could not be sent: collabkb has stopped. Start it again, then try again.");
    }
    if (!reply.ok) return say(group, await reply.text());
    turn.thumb = thumb;
    write(currentId(), conversation);
    group.querySelectorAll("[data-thumb]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.thumb === thumb)));
    say(group, thumb ? "Thank you. Press again to take it back." : "Taken back.");
  };
  const say = (group, words) => {
    const line = group.querySelector(".feedback-said") ?? group.appendChild(make("span", "", { class: "feedback-said", role: "status" }));
    line.textContent = words;
  };
  const thumbPressed = (button) => {
    const group = button.closest(".feedback");
    group.querySelector("form")?.remove();
    if (button.getAttribute("aria-pressed") === "true") return send(group, null);
    send(group, button.dataset.thumb).then(() => button.dataset.thumb === "down" && askWhy(group));
  };
  const askWhy = (group) => {
    if (!judged(group).conversation) return;
    const form = make("form", "", { class: "why" });
    const name = newId();
    const choices = make("fieldset", "");
    choices.append(make("legend", "What is wrong with it?"));
    REASONS.forEach(([value, words]) => {
      const label = make("label", "");
      label.append(make("input", "", { type: "radio", name, value }), ` ${words}`);
      choices.append(label);
    });
    const note = make("label", "What should it say? (if you know)", { class: "why-note" });
    note.append(make("textarea", "", { rows: "2", maxlength: "2000" }));
    const actions = make("div", "", { class: "why-actions" });
    actions.append(make("button", "Send", { type: "submit" }), make("button", "Leave it", { type: "button", "data-leave": "" }));
    form.append(choices, note, actions);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = form.querySelector("input:checked")?.value ?? null;
      send(group, "down", { reason, note: form.querySelector("textarea").value }).then(() => {
        form.remove();
        group.querySelector('[data-thumb="down"]').focus();
      });
    });
    group.append(form);
    form.querySelector("input").focus();
  };

  // The button that was pressed is gone; whoever has gone on elsewhere is left there.
  const focusLost = () => {
    if (document.activeElement === document.body) document.querySelector("#question textarea")?.focus();
  };
  const leave = (form) => {
    const group = form.closest(".feedback");
    form.remove();
    group.querySelector('[data-thumb="down"]').focus();
  };

  // ---------------------------------------------------------------- what is listened to
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    if (markerOf(event)) showTip(markerOf(event));
    else if (tip.contains(event.target)) clearTimeout(hiding);
    else if (!tip.hidden) hideSoon();
  });
  document.addEventListener("focusin", (event) => (markerOf(event)?.matches(":focus-visible") ? showTip(markerOf(event)) : hideTip()));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || tip.hidden) return;
    hideTip();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("click", (event) => {
    const hit = (css) => event.target.closest?.(css);
    if (markerOf(event)) hideTip();
    else if (hit("[data-thumb]")) thumbPressed(hit("[data-thumb]"));
    else if (hit("[data-leave]")) leave(hit("form"));
    else if (hit(".shelf-open")) open(hit("li").dataset.id);
    else if (hit("[data-rename]")) rename(hit("li"));
    else if (hit("[data-cancel]")) stopRenaming(hit("li"));
    else if (hit("#clear")) setTimeout(focusLost, 300);
    else if (hit("#shelf [data-delete]")) remove(hit("li").dataset.id);
    else if (hit("#shelf-undo [data-undo]")) restore();
    else if (hit("[data-ask]")) {
      if (hit("[data-anywhere]")) document.querySelector("#unlimit").click();
      setTimeout(ask, hit("[data-anywhere]") ? 150 : 0, hit("[data-ask]").dataset.ask);
    }
  });
  addEventListener("keydown", (event) => {
    const item = event.target.closest?.(".shelf-rename")?.closest("li");
    if (event.key === "Escape" && item) stopRenaming(item);
  });
  // A name that is being typed here is not thrown away for what another window does.
  addEventListener("storage", () => shelf()?.querySelector(".shelf-rename") || drawShelf());
  const begun = () => {
    document.body.append(tip);
    ready();
  };
  if (document.body) begun();
  else addEventListener("DOMContentLoaded", begun);
  return { begin, keep, better, fresh, current };
})();
window.collabkb = collabkb;
