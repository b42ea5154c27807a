// Opens sources beside the conversation (below it on a phone), keeps focus and address in step, and turns and
// zooms pages. A source is a link with data-place; its query string is fetched from "proof" as HTML.
() => {
  const PLACE_KEYS = ["doc", "p", "show", "start", "end", "row", "column", "block", "table", "chunk", "as", "boxes"];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const pointer = matchMedia("(hover: hover)");
  let opener = null;
  let origin = "";
  let shown = "";

  const panel = document.createElement("aside");
  panel.id = "proof";
  panel.hidden = true;
  panel.setAttribute("aria-labelledby", "proof-title");
  const live = document.createElement("div");
  live.className = "unseen";
  live.setAttribute("aria-live", "polite");
  document.body.append(panel, live);

  const address = (query) => {
    const url = new URL(location.href);
    PLACE_KEYS.forEach((key) => url.searchParams.delete(key));
    new URLSearchParams(query).forEach((value, key) => url.searchParams.set(key, value));
    return url;
  };

  const scrollToMark = () => {
    const image = panel.querySelector(".proof-page img");
    if (image) {
      const place = () => {
        const top = Number(image.dataset.markTop) * image.clientHeight - image.parentElement.clientHeight / 3;
        image.parentElement.scrollTop = Math.max(top, 0);
      };
      if (image.complete) place();
      else image.addEventListener("load", place, { once: true });
      image.addEventListener("error", () => {
        image.replaceWith("This page cannot be drawn. The passage is quoted above.");
      });
    }
    const cell = panel.querySelector(".cell-cited");
    (cell ?? panel.querySelector(".row-cited, .cited"))?.scrollIntoView({ block: "center", inline: cell ? "center" : "nearest" });
  };

  const focusIn = (turn) => {
    const again = turn && panel.querySelector(`a[data-turn="${turn}"]`);
    (again || panel.querySelector("#proof-title"))?.focus({ preventScroll: true });
  };

  const show = async (query, turn) => {
    let html;
    try {
      const reply = await fetch(`proof?${query}`);
      html = await reply.text();
    } catch {
      html =
        '<header class="proof-head"><h2 id="proof-title" tabindex="-1">collabkb has stopped</h2>' +
        '<button type="button" class="proof-close" data-close>Close</button></header>' +
        "<p>Start it again on this machine, then load this page again.</p>";
    }
    panel.innerHTML = html;
    panel.hidden = false;
    document.body.classList.add("proof-open");
    document.querySelectorAll("a[data-place]").forEach((link) => {
      if (!panel.contains(link)) link.classList.toggle("is-open", link.getAttribute("href") === `?${origin}`);
    });
    scrollToMark();
    focusIn(turn);
  };

  const open = (query, turn) => {
    const url = address(query);
    if (panel.hidden) history.pushState({ proof: true }, "", url);
    else history.replaceState(history.state, "", url);
    show(query, turn);
  };

  const hide = () => {
    panel.hidden = true;
    panel.replaceChildren();
    document.body.classList.remove("proof-open");
    document.querySelectorAll("a.is-open").forEach((link) => link.classList.remove("is-open"));
    (opener?.isConnected ? opener : document.querySelector("#question textarea"))?.focus({ preventScroll: true });
  };

  const close = () => {
    if (history.state?.proof) return history.back();
    history.replaceState(null, "", address(""));
    hide();
  };

  const openFromAddress = () => {
    const url = new URL(location.href);
    const query = new URLSearchParams([...url.searchParams].filter(([key]) => PLACE_KEYS.includes(key)));
    if (query.get("doc")) show((origin = query.toString()));
    else if (!panel.hidden) hide();
  };

  const zoom = (step) => {
    const output = panel.querySelector("[data-zoom-steps]");
    const steps = output.dataset.zoomSteps.split(",").map(Number);
    const at = steps.indexOf(parseInt(output.value, 10));
    const size = steps[Math.min(Math.max(at + step, 0), steps.length - 1)];
    const page = panel.querySelector(".proof-page");
    const middle = (page.scrollTop + page.clientHeight / 2) / page.scrollHeight;
    output.value = `${size}%`;
    page.style.setProperty("--zoom", size / 100);
    page.scrollTop = middle * page.scrollHeight - page.clientHeight / 2;
  };

  const followConversation = () => {
    const turns = document.querySelectorAll("#conversation .turn");
    const last = turns[turns.length - 1];
    const waiting = last?.querySelector(".waiting");
    const now = `${turns.length}${waiting ? " waiting" : ""}`;
    if (now === shown) return;
    shown = now;
    if (!last) return;
    last.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
    const said = last.querySelector(".answer-text, .not-found, .problem")?.innerText ?? "";
    live.textContent = waiting ? waiting.innerText : said;
    if (!waiting && pointer.matches && !panel.contains(document.activeElement))
      document.querySelector("#question textarea")?.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-place]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      const query = link.getAttribute("href").slice(1);
      if (!panel.contains(link)) [opener, origin] = [link, query];
      open(query, link.dataset.turn);
    } else if (event.target.closest?.("[data-close]")) close();
    else if (event.target.closest?.("[data-zoom]")) zoom(Number(event.target.closest("[data-zoom]").dataset.zoom));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) close();
  });
  addEventListener("popstate", openFromAddress);
  new MutationObserver(followConversation).observe(document.body, { childList: true, subtree: true });
  openFromAddress();
}
