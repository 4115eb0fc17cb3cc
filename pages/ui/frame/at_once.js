// A city that is pressed is shown at once. While a page stands its browser asks for the same page of the other cities
// (`pages.server.at_once`); at the press it asks whether what it holds still holds, shows it in the blocks of the page, and
// the run that goes on has the last word. Shown is only what nobody can tell from what the run will bring: where anything in
// the window would have to be another one that is not held, the run brings the page as ever.
{
  const HEADER = "X-Yanglao-At-Once"
  const CITY = "city"
  const CHOICE = `.st-key-pick_${CITY} [role=radio]`
  // So long a page stands before others are asked for; a machine on which it took longer to come has no time for them.
  const STANDS = 800
  const SLOW = 1500
  // So long after a run its blocks may still be written; and so long a press waits for the run that answers it.
  const WRITTEN = 300
  const LOST = 4000
  // What is open shows what is held of no page.
  const OPENED = "[data-testid=stMain] [data-testid=stExpander] details[open], [data-testid=stPopoverBody]"
  const state = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState
  const rests = () => state() === "notRunning"
  const label = (radio) => radio?.textContent.trim() ?? ""
  const chosen = () => label(document.querySelector(`${CHOICE}[aria-checked=true]`))
  const host = (key) => document.querySelector(`.st-key-${CSS.escape(key)} .block`)
  const input = (key) => document.querySelector(`.st-key-${CSS.escape(key)} input`)
  // The page and all that is chosen on it but the city.
  const place = () => {
    const asked = new URLSearchParams(location.search)
    asked.delete(CITY)
    asked.sort()
    return `${location.pathname}?${asked}`
  }
  const ask = (what) =>
    fetch(location.href, { headers: { [HEADER]: what }, redirect: "manual", cache: "no-store" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null)

  // What is held: the place, the mark, and for each city what its page shows, piece by piece.
  let held = null
  // What is shown and not confirmed by its run yet.
  let early = null
  let presses = 0
  let runs = 0
  const pieces = (page) => page.pieces.map(([kind, top, key, shown, rest]) => ({ kind, top, key, shown, rest }))
  const blocks = (page) => pieces(page).filter(({ kind }) => kind === "block")

  // Whether the page stands exactly as it is held for that city: then nothing else was chosen that the address does not say.
  const standsAs = (city) => {
    // A draft is shown to whom the session knows, whatever the address says.
    if (document.querySelector("[data-testid=stMain] .draft")) return false
    const known = new Map(blocks(held.pages[city]).map(({ key, shown }) => [key, shown]))
    const hosts = [...document.querySelectorAll("[data-testid=stMain] .block")].filter((one) => one.show && !one.closest("details:not([open])"))
    return hosts.length > 0 && hosts.every((one) => {
      const named = one.closest("[class*=st-key-]")
      const key = [...known.keys()].find((each) => named.classList.contains(`st-key-${each}`))
      return key !== undefined && one.shown === known.get(key)
    })
  }
  // How one city's page becomes the other's: the pieces both have, in order, to the first that only the other has and that is
  // not held; and those that go.
  const way = (one, other) => {
    const main = (page) => pieces(page).filter(({ kind, key }) => kind !== "style" && key !== `pick_${CITY}`)
    const [here, there] = [main(one), main(other)]
    const named = ({ kind, key, rest }) => [kind, key, rest].join(" ")
    const stay = new Set(there.map(named))
    const [shown, gone] = [[], []]
    let at = 0
    for (const piece of there) {
      while (at < here.length && named(here[at]) !== named(piece) && !stay.has(named(here[at])) && here[at].key) gone.push(here[at++])
      if (at === here.length || named(here[at]) !== named(piece)) return { shown: shown.filter(({ top }) => top < piece.top), gone, isWhole: false }
      shown.push(piece)
      at++
    }
    return { shown, gone, isWhole: at === here.length }
  }
  const show = (after, { shown, gone, isWhole }, since) => {
    const hosts = shown.filter(({ kind, key }) => kind === "block" && host(key))
    if (!hosts.length || document.querySelector(OPENED)) return
    const rules = document.createElement("style")
    rules.textContent = pieces(after).filter(({ kind }) => kind === "style").map(({ shown }) => shown).join("\n")
    document.body.append(rules)
    const lists = shown.filter(({ kind, key }) => kind === "list" && input(key))
    const mine = (early = {
      since, city: after.id, rules, hosts: hosts.map(({ key }) => host(key)), lists: lists.map(({ key }) => input(key)), marked: [],
      lost: setInterval(() => rests() && settle(), LOST),
    })
    const mark = (piece, how) => {
      piece.dataset.early = how
      mine.marked.push(piece)
    }
    for (const { key, shown: html } of hosts) host(key).show(html)
    for (const { key, shown: word } of lists) input(key).value = word
    for (const { key } of gone) document.querySelectorAll(`.st-key-${CSS.escape(key)}`).forEach((one) => mark(one, "gone"))
    if (isWhole) return
    // What comes below with the run is not seen before, should somebody scroll there.
    let piece = mine.hosts.at(-1)
    while (piece.parentElement && !piece.parentElement.parentElement?.matches("[data-testid=stMainBlockContainer]")) piece = piece.parentElement
    while ((piece = piece.nextElementSibling)) if (!piece.dataset.early) mark(piece, "awaited")
    // Before the frame is drawn, when all is in its place: where the window would show what is not held the run brings it all,
    // now and the next time.
    requestAnimationFrame(() => {
      if (early !== mine || mine.hosts.at(-1).getBoundingClientRect().bottom >= innerHeight) return
      settle()
      after.isShort = true
    })
  }
  // The run has the last word: whatever it did not confirm is written as it gave it.
  const settle = () => {
    if (!early) return
    const { hosts, lists, rules, marked, lost } = early
    early = null
    clearInterval(lost)
    for (const one of hosts) if (one.isConnected) one.show(one.given)
    for (const one of lists) if (one !== document.activeElement && one.hasAttribute("value")) one.value = one.getAttribute("value")
    for (const one of marked) delete one.dataset.early
    rules.remove()
  }

  document.addEventListener("given", () => {
    const confirmed = early
    if (early?.hosts.every((one) => one.given === one.shown)) requestAnimationFrame(() => early === confirmed && settle())
  })

  document.addEventListener("click", async (event) => {
    const radio = event.target.closest?.(CHOICE)
    const [from, to, press] = [chosen(), label(radio), ++presses]
    const [before, after] = [held?.pages[from], held?.pages[to]]
    if (!radio || from === to || !before || !after || after.isShort || held.place !== place()) return
    const asking = ask(held.mark)
    const given = [...document.querySelectorAll("[data-testid=stMain] .block")].map((one) => [one, one.given])
    // A run that goes on makes way for the one that is asked for.
    const since = rests() ? runs : -1
    const ready = standsAs(from) && way(before, after)
    const holds = await asking
    // No more, or another release came with a run, or something is chosen that no address says.
    if (holds !== true || !ready) held = null
    // Pressed again meanwhile, or the run was faster.
    if (!held || press !== presses || given.some(([one, html]) => one.given !== html)) return
    if (early) settle()
    show(after, ready, since)
  }, true)
  // A link is written for the city of the address, which the run changes.
  document.addEventListener("click", (event) => {
    const anchor = early && event.target.closest?.(".block a[data-kept]")
    if (!anchor || !anchor.dataset.kept.split(" ").includes(CITY)) return
    const url = new URL(anchor.href)
    url.searchParams.set(CITY, early.city)
    anchor.href = url
  }, true)

  const hold = async () => {
    if (document.hidden || !rests() || !chosen() || navigator.connection?.saveData || document.getElementById("first-paint")) return
    const here = place()
    if (held?.place === here) return
    const answer = await ask("pages")
    held = answer?.pages && here === place() ? { place: here, ...answer } : null
  }
  let waiting = 0
  let began = performance.now()
  let was = ""
  new MutationObserver(() => {
    const now = state()
    if (now === was) return
    was = now
    clearTimeout(waiting)
    if (now !== "notRunning") {
      began = performance.now()
      runs++
    } else {
      const isSlow = performance.now() - began > SLOW
      waiting = setTimeout(() => {
        if (early && runs > early.since) settle()
        if (!isSlow) waiting = setTimeout(hold, STANDS - WRITTEN)
      }, WRITTEN)
    }
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-test-script-state"] })
}
