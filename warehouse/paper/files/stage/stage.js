"use strict";
// Screens by keyboard; receipts over them. Nothing here starts by itself: every change follows a key or a press.
(() => {
  const stage = document.getElementById("stage");
  const layer = document.getElementById("receipt");
  const held = document.getElementById("receipts").content;
  const contents = document.getElementById("contents");
  const screens = [...stage.querySelectorAll("section:not(#contents)")];
  const keys = new Map([...contents.querySelectorAll("[data-key]")].filter((one) => one.dataset.key)
    .map((one) => [one.dataset.key, one.dataset.go]));
  let at = 0;
  let page = 0;
  let opener = null;

  const fit = () => {
    const scale = Math.min(innerWidth / 1920, innerHeight / 1080);
    stage.style.transform = `translate(${(innerWidth - 1920 * scale) / 2}px, ${(innerHeight - 1080 * scale) / 2}px) scale(${scale})`;
  };
  const show = (place) => {
    at = Math.max(0, Math.min(place, screens.length - 1));
    contents.hidden = true;
    screens.forEach((one, number) => { one.hidden = number !== at; });
    history.replaceState(null, "", `#${screens[at].dataset.slide}`);
  };
  const list = () => {
    screens.forEach((one) => { one.hidden = true; });
    contents.hidden = false;
    contents.querySelector("button").focus();
  };
  const go = (key) => {
    const place = screens.findIndex((one) => one.dataset.slide === key);
    if (place >= 0) show(place);
  };
  const turn = (by) => {
    const parts = layer.querySelectorAll(".screen");
    page = Math.max(0, Math.min(page + by, parts.length - 1));
    parts.forEach((one, number) => { one.hidden = number !== page; });
  };
  const open = (code, from) => {
    const found = held.querySelector(`[data-code="${code}"]`);
    if (!found) return;
    opener = from;
    layer.replaceChildren(found.cloneNode(true));
    layer.hidden = false;
    layer.tabIndex = -1;
    layer.focus();
    page = 0;
    turn(0);
  };
  const close = () => {
    layer.hidden = true;
    layer.replaceChildren();
    if (opener) opener.focus();
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const forward = ["ArrowRight", "ArrowDown", "PageDown"].includes(key);
    const back = ["ArrowLeft", "ArrowUp", "PageUp"].includes(key);
    let done = true;
    if (!layer.hidden) {
      if (key === "Escape" || key === "Backspace") close();
      else if (forward) turn(1);
      else if (back) turn(-1);
      else done = false;
    } else if (key === "Escape" || key === "0") {
      if (contents.hidden) list(); else show(at);
    } else if (forward) {
      show(contents.hidden ? at + 1 : at);
    } else if (back) {
      show(contents.hidden ? at - 1 : at);
    } else if (key === "Home") show(0);
    else if (key === "End") show(screens.findLastIndex((one) => !one.dataset.slide.startsWith("unit-")));
    else if (keys.has(key)) go(keys.get(key));
    else done = false;
    if (done) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    if (pressed.dataset.receipt) open(pressed.dataset.receipt, pressed);
    else if (pressed.dataset.go) go(pressed.dataset.go);
  });
  addEventListener("resize", fit);
  addEventListener("hashchange", () => go(location.hash.slice(1)));
  fit();
  show(Math.max(0, screens.findIndex((one) => `#${one.dataset.slide}` === location.hash)));
})();
