// Nothing jumps: the first paint of the server stands until the page stands whole, and a page that is slow to come after a
// click on the menu comes in one piece.
{
  const LONGEST = 12000
  // So many times that while the run goes on, what draws its pieces has not come, or pieces still come: what is shown half
  // jumps while the rest comes. A page that shows progress is shown.
  const MOST_WAITS = 5
  // Browsers forgive a shift half a second after a click; what takes longer is held still.
  const PATIENCE = 350
  const paint = document.getElementById("first-paint")
  const main = () => document.querySelector("[data-testid=stMain]")
  const state = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState
  let wanted = null

  const goesOn = () => state() !== "notRunning" || Boolean(main()?.querySelector("[data-testid=stSkeleton]"))

  const stands = () => {
    const page = main()
    if (!page || goesOn()) return false
    if (!page.querySelector(".colophon, .empty, h1.finding, [data-testid=stProgress], [data-testid=stException]")) return false
    return [...page.querySelectorAll(".block")].every((block) => block.childElementCount || block.textContent)
  }
  // What is drawn by a script of its own grows a moment after its words are there.
  const SETTLED = 120
  // Tells once the page stands and keeps its height, or after the longest wait.
  const whenItStands = (then) => {
    let begun = 0
    let over = false
    let looking = false
    let changed = false
    const look = () => {
      changed = true
      if (over || looking || !stands()) return
      looking = true
      const height = main().scrollHeight
      setTimeout(() => {
        looking = false
        if (stands() && main().scrollHeight === height) end()
        else look()
      }, SETTLED)
    }
    const end = () => {
      if (over) return
      over = true
      watch.disconnect()
      clearTimeout(begun)
      then()
    }
    const watch = new MutationObserver(look)
    watch.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-script-state"] })
    const waited = (times) => {
      const comes = !stands() && (goesOn() || changed) && !main()?.querySelector("[data-testid=stProgress]")
      changed = false
      if (comes && times < MOST_WAITS) begun = setTimeout(waited, LONGEST, times + 1)
      else end()
    }
    begun = setTimeout(waited, LONGEST, 1)
    look()
  }

  if (paint) {
    paint.addEventListener("click", (event) => {
      wanted = event.target.closest("[data-receipt]")?.dataset.receipt ?? null
    })
    whenItStands(() => {
      paint.remove()
      // The number that was pressed before it could open.
      if (wanted) [...document.querySelectorAll("[data-receipt]")].find((one) => one.dataset.receipt === wanted)?.click()
    })
  }

  if (!paint) {
    // A server that was too slow to draw it first: the page comes in one piece.
    document.documentElement.classList.add("not-yet")
    whenItStands(() => document.documentElement.classList.remove("not-yet"))
  }

  let still = null
  const release = () => {
    still?.remove()
    still = null
    document.documentElement.classList.remove("held-still")
  }
  const hold = (copy) => {
    const page = main()
    if (still || !page || (!copy && stands())) return
    const scrolled = copy ? before.scrolled : page.scrollTop
    still = copy ?? page.cloneNode(true)
    still.removeAttribute("data-testid")
    still.removeAttribute("id")
    still.inert = true
    still.setAttribute("aria-hidden", "true")
    still.classList.add("still")
    const { left, top, width, height } = page.getBoundingClientRect()
    Object.assign(still.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` })
    document.body.append(still)
    still.scrollTop = scrolled
    document.documentElement.classList.add("held-still")
    whenItStands(release)
  }
  // When a page was asked for that has not come yet, and whether its run has begun: on a slow machine that too takes longer
  // than browsers forgive, and until then the page before stands.
  let asked = 0
  let begun = false
  // What was shown when it was asked for. A run may begin and end before anybody is told: then the first that is seen of it
  // are its pieces, not painted yet, in the place of these.
  let before = null
  const isGone = () => before && !(before.head?.isConnected && before.head.textContent === before.words)
  const lookOn = () => {
    // A press that asked for nothing new waits for nothing: what changes long after has another cause.
    if (asked && performance.now() - asked > LONGEST * MOST_WAITS) asked = 0
    if (!asked) return
    const begins = !begun && (state() !== "notRunning" || isGone())
    begun ||= begins
    if (!begun || performance.now() - asked < PATIENCE) return
    asked = 0
    hold(begins && isGone() ? before.copy : null)
  }
  const ask = () => {
    const head = main()?.querySelector("h1.finding, .colophon")
    before = head && !still ? { head, words: head.textContent, copy: main().cloneNode(true), scrolled: main().scrollTop } : null
    asked = performance.now()
    begun = state() !== "notRunning"
    setTimeout(lookOn, PATIENCE + 10)
  }
  new MutationObserver(lookOn).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-script-state"],
  })
  // What is pressed next asks for something else.
  for (const press of ["pointerdown", "keydown"]) document.addEventListener(press, () => (asked = 0), true)
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-testid=stSidebarNavLink], [data-testid=stPageLink-NavLink], .st-key-masthead button, .finds a")) ask()
  })
  addEventListener("popstate", ask)
}
