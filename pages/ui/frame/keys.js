// What holds on every page: / goes to the search, the keys that turn a page turn it (it scrolls in a box of its own, which a
// browser does not turn before it was pressed), Escape closes a drawer wherever the focus is, and on a phone the menu
// makes way for the page that was chosen.
{
  const drawer = () => document.querySelector("[data-testid=stDialog]")
  // The innermost element: the editor of the query page stands behind a shadow root.
  const isTyping = (event) => event.composedPath()[0].closest?.("input, textarea, select, [contenteditable=true]")
  const OPENERS = "[data-receipt], [data-act]"
  // A drawer asked for and not there yet; closed as soon as it comes when Escape was pressed meanwhile.
  let asked = 0
  let unwanted = false

  const close = () => drawer()?.querySelector("button")?.click()
  const press = (event) => {
    if (event.target.closest?.(OPENERS)) [asked, unwanted] = [Date.now(), false]
  }
  document.addEventListener("click", press, true)

  // There the menu covers the page, and Streamlit keeps it open, at the next visit too.
  const isPhone = () => window.matchMedia("(max-width: 768px)").matches
  if (isPhone()) Object.keys(localStorage).filter((name) => name.startsWith("stSidebarCollapsed")).forEach((name) => localStorage.removeItem(name))
  document.addEventListener("click", (event) => {
    if (!isPhone() || !event.target.closest?.("[data-testid=stSidebarNavLink]")) return
    setTimeout(() => document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click(), 0)
  })
  // Where the next key goes to: what a page has to be seen whole (data-stop), if it begins on this screen and goes on below.
  const stop = (main) =>
    [...main.querySelectorAll("[data-stop]")].map((one) => one.getBoundingClientRect().top - main.getBoundingClientRect().top)
      .find((top) => top > 40 && top < main.clientHeight)
  const toStop = (name) => {
    const place = document.querySelector(`[data-stop="${CSS.escape(name)}"]`)
    place?.scrollIntoView({ block: "start" })
    if (place) place.tabIndex = -1
    place?.focus({ preventScroll: true })
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-goes]")
    if (link) toStop(link.dataset.goes)
  })
  // By how much of a screen each key turns the page: so little that what stood half on it stands whole.
  const TURNS = { PageDown: 0.75, PageUp: -0.75, " ": 0.75, Home: -Infinity, End: Infinity }
  const turn = (event) => {
    if (event.target !== document.body || !(event.key in TURNS) || drawer()) return
    const main = document.querySelector("[data-testid=stMain]")
    if (!main) return
    event.preventDefault()
    const by = TURNS[event.key] * (event.key === " " && event.shiftKey ? -1 : 1)
    const far = by > 0 && by < 1 ? (stop(main) ?? by * main.clientHeight) : by * main.clientHeight
    main.scrollTo({ top: Math.max(0, Math.min(main.scrollTop + far, main.scrollHeight)) })
  }
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" || event.key === " ") press(event)
      if (event.key === "/" && !event.ctrlKey && !event.altKey && !event.metaKey && !isTyping(event) && !drawer()) {
        const box = document.querySelector(".find input")
        if (!box) return
        event.preventDefault()
        box.focus()
        box.select()
      }
      turn(event)
      if (event.key !== "Escape") return
      // A drawer stands before it has the focus, and until then Escape would go nowhere.
      if (drawer() && !drawer().contains(event.target)) close()
      else if (!drawer() && Date.now() - asked < 10000) unwanted = true
    },
    true,
  )
  new MutationObserver(() => {
    if (!drawer()) return
    asked = 0
    if (unwanted) {
      unwanted = false
      close()
    }
  }).observe(document.body, { subtree: true, childList: true })
}

// The first key typed into a table makes Streamlit fetch the editor of a cell, and what is typed until it stands there would
// begin the cell anew: of "120" only "20" was kept. Those keys are held and handed on in their order.
{
  // Of a machine that is busy: what is held when the editor has not come by then is lost.
  const PATIENCE = 15_000
  let stands = false
  let held = null
  const editor = () => document.querySelector("#portal textarea, #portal input")
  const until = async (what) => {
    for (const end = performance.now() + PATIENCE; !what() && performance.now() < end; )
      await new Promise((next) => setTimeout(next, 10))
  }
  const rest = () => new Promise((next) => setTimeout(next, 30))
  const hand = async (key, canvas) => {
    const box = editor()
    if (box && key.length === 1) {
      box.focus()
      box.setSelectionRange(box.value.length, box.value.length)
      document.execCommand("insertText", false, key)
      await rest()
      return
    }
    const place = box ?? canvas
    place.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))
    await (key.length === 1 ? until(() => editor()?.value) : until(() => !editor()))
    await rest()
  }
  addEventListener(
    "keydown",
    (event) => {
      const canvas = event.target
      if ((stands && !held) || !event.isTrusted || event.ctrlKey || event.metaKey || event.altKey) return
      // Once the editor has the focus, keys go there: before those that are held still.
      if (!canvas.closest?.("[data-testid=stDataFrame], #portal")) return
      if (held) {
        event.preventDefault()
        event.stopImmediatePropagation()
        if (event.key !== "Shift") held.push(event.key)
      } else if (event.key.length === 1 && canvas.getAttribute("aria-readonly") !== "true") {
        // A cell that is only read has no editor to wait for.
        held = []
        // It stands once it holds the key that asked for it.
        until(() => editor()?.value).then(async () => {
          stands = Boolean(editor())
          await rest()
          while (stands && held.length) await hand(held.shift(), canvas)
          held = null
        })
      }
    },
    true,
  )
}
