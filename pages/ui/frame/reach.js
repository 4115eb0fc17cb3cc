// What cannot be seen is said, and what a mouse reaches is reached by keys: a number that opens tells whose it is, a table
// wider than the screen says so and moves by the arrow keys, the menu is a menu to a machine too.
{
  const NUMBERS = ".block [role=button][data-receipt], .block button[data-receipt]"
  const WIDE = ".grid-wrap, .rug, .covers, .reports-wrap, .st-key-schema_columns"
  const clean = (text) => (text ?? "").replace(/\s+/g, " ").trim()
  const cut = (text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

  // The words of a sentence that lead to the number: since the last mark between its parts.
  const before = (number) => {
    const range = document.createRange()
    range.setStart(number.parentElement, 0)
    range.setEndBefore(number)
    return clean(range.toString()).split(/[，。；：（）]/).at(-1).slice(-24)
  }
  // Rows and columns of a table by their heads, cards and rows of drawings by their name.
  const whose = (number) => {
    const cell = number.closest("td, th")
    if (cell) {
      const table = cell.closest("table")
      const row = cell.parentElement.cells[0]
      const heads = table.tHead?.rows[table.tHead.rows.length - 1]?.cells ?? []
      const column = heads.length === cell.parentElement.cells.length ? heads[cell.cellIndex] : null
      return [row === cell ? "" : clean(row?.innerText), clean(column?.textContent)]
    }
    const thing = number.closest(".card, .rung, .one, .input, .plan-line, .prog, .piece, .stage, .multiple, .spot, .family, .dot-row, .row")
    const named = thing?.querySelector(".name, .who, .what b, h3, h4")
    return [named && !named.contains(number) ? clean(named.innerText) : before(number)]
  }
  // What each number said when it was named: reading it as it is seen asks the browser for its place.
  const known = new WeakMap()
  const name = (numbers) => {
    const found = []
    for (const number of numbers) {
      if (known.get(number) === number.textContent) continue
      const text = clean(number.innerText)
      if (text) found.push([number, text, whose(number)])
    }
    // All are read before one is written, so that the places are worked out once.
    for (const [number, text, parts] of found) {
      known.set(number, number.textContent)
      const told = parts.filter((part) => part && !part.includes(text)).map(cut)
      number.setAttribute("aria-label", `${told.concat(text).join(" ")}，查看来历`)
    }
  }
  const widen = (box) => {
    const isWide = box.scrollWidth > box.clientWidth + 1
    const moves = isWide || (getComputedStyle(box).overflowY === "auto" && box.scrollHeight > box.clientHeight + 1)
    if (box.dataset.moves === String(moves)) return
    box.dataset.moves = String(moves)
    box.classList.toggle("is-wide", isWide)
    for (const word of ["tabindex", "role", "aria-label"]) box.removeAttribute(word)
    if (!moves) return
    const told = clean(box.querySelector("caption")?.textContent) || "表"
    box.tabIndex = 0
    box.setAttribute("role", "region")
    box.setAttribute("aria-label", isWide ? `${cut(told)}，比屏幕宽，左右键移动` : `${cut(told)}，上下键移动`)
  }
  // Streamlit puts its lines of the menu into boxes between the list and its items.
  const menu = () => {
    document.querySelector("[data-testid=stSidebarNavItems]:not([role=group])")?.setAttribute("role", "group")
    for (const line of document.querySelectorAll("[data-testid=stSidebarNavItems] li:not([role=none])"))
      line.setAttribute("role", "none")
  }
  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => widen(entry.target)))
  const watched = new WeakSet()
  const all = () => {
    menu()
    name(document.querySelectorAll(NUMBERS))
    for (const box of document.querySelectorAll(WIDE)) {
      widen(box)
      if (!watched.has(box)) sizes.observe(box)
      watched.add(box)
    }
  }
  // In the frame that shows what changed: later it would be a second change of a page that stands.
  let waiting = false
  const soon = () => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      all()
    })
  }
  new MutationObserver(soon).observe(document.body, { subtree: true, childList: true })
  // What a fold hid had no words to be named by.
  addEventListener("toggle", soon, true)
  soon()
}
