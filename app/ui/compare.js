// For the tabs Compare, Briefing and Evaluation: lines of questions, how far they are said aloud, room for a source.
(() => {
  const IDS = ["compare-status", "evaluation-status"];
  const PAUSE = 8000; // milliseconds between two announcements while something is under way
  const said = {};
  const running = {};
  let last = 0;
  const live = document.createElement("div");
  live.className = "unseen";
  live.setAttribute("aria-live", "polite");
  document.body.append(live);

  // Shift and Enter begin a line, as in a chat; Gradio would take them to submit, and nothing happened.
  const LINES = "#compare-questions textarea, #briefing-questions textarea";
  const beginLine = (event) => {
    if (event.key === "Enter" && event.shiftKey && event.target.matches?.(LINES)) event.stopImmediatePropagation();
  };
  ["keydown", "keypress"].forEach((kind) => document.addEventListener(kind, beginLine, true));

  // A moment later, because between two fields that Tab leads through nothing has the focus either.
  const goOnAt = (id) => {
    if (document.activeElement === document.body)
      document.querySelector(`#${id} [tabindex]`)?.focus({ preventScroll: true });
  };

  const follow = () => {
    IDS.forEach((id) => {
      const element = document.getElementById(id);
      const text = element?.innerText.trim() ?? "";
      if (text === (said[id] ?? "")) return;
      const now = Boolean(element?.querySelector("progress"));
      const began = now && !running[id];
      running[id] = now;
      if (now && !began && Date.now() - last < PAUSE) return;
      said[id] = text;
      last = Date.now();
      live.textContent = text;
      // The button that was pressed is gone by now: go on reading at what came out.
      if (began) element.scrollIntoView({ block: "nearest" });
      else if (!now && text) setTimeout(() => goOnAt(id.replace("status", "result")));
    });
    const narrow = document.body.classList.contains("proof-open");
    document.querySelectorAll(".grid-scroll").forEach((grid) => grid.classList.toggle("beside-proof", narrow));
  };
  const options = { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] };
  new MutationObserver(follow).observe(document.body, options);
})();
