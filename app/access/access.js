// On the page, where a login is in use: who is signed in, signing out, and a word when the session has ended.
(() => {
  const here = () => encodeURIComponent(location.pathname + location.search);

  const tellEnded = () => {
    if (document.querySelector("#signed-out")) return;
    const bar = document.createElement("div");
    bar.id = "signed-out";
    bar.setAttribute("role", "alert");
    bar.innerHTML =
      "<p><strong>You have been signed out.</strong> What you have typed is still here.</p>" +
      `<a href="login?ended=time&amp;next=${here()}" target="_blank">Sign in in a new tab</a>` +
      '<button type="button">I have signed in</button>';
    bar.querySelector("button").addEventListener("click", async () => {
      if ((await look()).name) bar.remove();
      else bar.querySelector("p").textContent = "You are still signed out. Sign in in the new tab first.";
    });
    // Back from the new tab, where somebody may have signed in.
    const lookAgain = async () => {
      if (!bar.isConnected) return removeEventListener("focus", lookAgain);
      if ((await look()).name) bar.remove();
    };
    addEventListener("focus", lookAgain);
    document.body.prepend(bar);
    // Above everything: the page's own messages would lie over it.
    bar.popover = "manual";
    bar.showPopover?.();
  };

  const plainFetch = window.fetch;
  const look = async () => {
    const reply = await plainFetch("session", { cache: "no-store" });
    return reply.ok ? reply.json() : { name: null };
  };
  window.fetch = async (...given) => {
    const reply = await plainFetch(...given);
    if (reply.status === 401) tellEnded();
    return reply;
  };

  const greet = (who) => {
    const masthead = document.querySelector(".masthead");
    if (!masthead || masthead.querySelector(".who")) return;
    const box = document.createElement("div");
    box.className = "who";
    const name = document.createElement("span");
    name.textContent = who.name;
    name.title = `${who.role}${who.cleared ? ", sees documents marked not public" : ""}`;
    const out = document.createElement("a");
    out.href = "logout";
    out.textContent = "Sign out";
    box.append(name, out);
    masthead.append(box);
  };

  look().then((who) => {
    if (!who.name) return tellEnded();
    greet(who);
    new MutationObserver(() => greet(who)).observe(document.body, { childList: true, subtree: true });
    setTimeout(tellEnded, Math.max(who.ends * 1000 - Date.now(), 0));
  });
})();
