// A text area that knows SQL: colours, line numbers, completion. No library, nothing loaded from elsewhere.
// The text area stays the real input, so that input methods, undo and the keyboard work as everywhere.

const MOST = 12
const LONGEST_COLOURED = 30000
const KINDS = { t: "表", c: "列", i: "指标", a: "区域", v: "代码", f: "函数", k: "语法" }
const KEYWORDS = new Set(("select from where group by order having limit offset join inner left right full cross on using as with " +
  "recursive union all except intersect case when then else end and or not in is null like ilike between exists distinct " +
  "values pivot unpivot describe summarize show tables explain analyze over partition rows range preceding following " +
  "current row unbounded filter qualify asc desc nulls first last true false cast interval date timestamp lateral by name " +
  "exclude replace table sample").split(" "))
const TOKEN = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$))|([:$][A-Za-z_\u0080-\uffff]\w*)|(\b\d[\w.]*)|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|([\s\S])/g

const escaped = text => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")

function coloured(text) {
  if (text.length > LONGEST_COLOURED) return escaped(text)
  return text.replace(TOKEN, (whole, comment, string, quoted, parameter, number, word) => {
    const kind = comment ? "comment" : string ? "string" : quoted ? "name" : parameter ? "parameter"
      : number ? "number" : word && KEYWORDS.has(word.toLowerCase()) ? "keyword" : ""
    return kind ? `<i class="${kind}">${escaped(whole)}</i>` : escaped(whole)
  }) + "\n"
}

// Relations named in the text, by their own name and by the short name given to them.
function namedIn(text) {
  const named = {}
  const pattern = /\b(?:from|join|,)\s+((?:core|mart|meta)\.\w+|obs\b)(?:\s+(?:as\s+)?(\w+))?/gi
  for (let found; (found = pattern.exec(text)); ) {
    const relation = found[1].toLowerCase()
    named[relation] = relation
    named[relation.split(".").pop()] = relation
    if (found[2] && !KEYWORDS.has(found[2].toLowerCase())) named[found[2].toLowerCase()] = relation
  }
  return named
}

function closeness(word, typed) {
  const name = word[1].toLowerCase()
  const label = word[2].toLowerCase()
  if (name === typed) return 0
  if (name.startsWith(typed)) return 1
  if (word[0] === "t" && name.split(".")[1]?.startsWith(typed)) return 1
  if (label.startsWith(typed)) return 2
  if (typed.length > 1 && word[4] && word[4].startsWith(typed)) return 3
  if (typed.length > 1 && (name.includes(typed) || label.includes(typed))) return 4
  if (typed.length > 2 && word[4] && word[4].includes(typed)) return 5
  return -1
}

// What to offer at the caret: {from, items}, items being words in order of fitness.
function offers(words, text, caret, asked) {
  const before = text.slice(0, caret)
  const quoted = (before.replace(/''/g, "").match(/'/g) || []).length % 2 === 1
  const typed = /[\w.:$\u0080-\uffff]*$/.exec(before)[0]
  const from = caret - typed.length
  const named = namedIn(text)
  const dot = typed.lastIndexOf(".")
  if (dot >= 0 && !quoted) {
    const owner = typed.slice(0, dot).toLowerCase()
    const rest = typed.slice(dot + 1).toLowerCase()
    if (["core", "mart", "meta"].includes(owner)) {
      const tables = words.filter(word => word[0] === "t" && word[1].startsWith(owner + ".") && (!rest || closeness(word, rest) >= 0))
      return { from, items: tables.slice(0, MOST) }
    }
    const relation = named[owner]
    if (!relation) return { from, items: [] }
    const columns = words.filter(word => word[0] === "c" && word[3].split(" ").includes(relation === "obs" ? "core.fct_observation" : relation)
      && (!rest || closeness(word, rest) >= 0))
    return { from: from + dot + 1, items: columns.slice(0, 40) }
  }
  const wanted = typed.toLowerCase()
  if (!wanted && !asked) return { from, items: [] }
  const afterFrom = /\b(from|join|describe|summarize|pivot|unpivot)\s+$/i.test(before.slice(0, from))
  const used = new Set(Object.values(named).map(name => (name === "obs" ? "core.fct_observation" : name)))
  const ranked = []
  words.forEach((word, place) => {
    if (quoted && !"iav".includes(word[0])) return
    if (!quoted && afterFrom && !"tf".includes(word[0])) return
    const near = wanted ? closeness(word, wanted) : 1
    if (near < 0) return
    const fits = word[0] === "c" && used.size && word[3].split(" ").some(name => used.has(name)) ? -2
      : word[0] === "c" && used.size ? 1 : word[0] === "k" ? -0.5 : word[0] === "f" && !word[2] ? 1 : 0
    ranked.push([near + fits, place, word])
  })
  ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return { from, quoted, items: ranked.slice(0, MOST).map(each => each[2]) }
}

function setUp(component, editor) {
  const { parentElement } = component
  const find = name => parentElement.querySelector(name)
  editor.area = find("textarea")
  editor.paint = find(".paint")
  editor.lines = find(".lines")
  editor.list = find(".offers")
  const { area, list } = editor

  editor.draw = () => {
    editor.paint.innerHTML = coloured(area.value)
    const count = area.value.split("\n").length
    const marked = editor.mark
    editor.lines.innerHTML = Array.from({ length: count }, (_, index) =>
      `<span${marked === index + 1 ? ' class="wrong"' : ""}>${index + 1}</span>`).join("")
    const tall = Math.min(34, Math.max(8, count + 1))
    parentElement.querySelector(".editor").style.setProperty("--rows", tall)
    editor.follow()
  }
  editor.follow = () => {
    editor.paint.style.transform = `translate(${-area.scrollLeft}px, ${-area.scrollTop}px)`
    editor.lines.style.transform = `translateY(${-area.scrollTop}px)`
  }
  editor.close = () => {
    editor.items = []
    list.hidden = true
    area.removeAttribute("aria-activedescendant")
    area.setAttribute("aria-expanded", "false")
  }
  editor.open = asked => {
    const { from, items, quoted } = offers(editor.words, area.value, area.selectionStart, asked)
    if (!items.length || (items.length === 1 && items[0][1] === area.value.slice(from, area.selectionStart))) return editor.close()
    Object.assign(editor, { from, items, quoted, chosen: 0 })
    list.innerHTML = items.map((word, index) => `<li id="offer-${index}" role="option" data-index="${index}">` +
      `<b>${escaped(word[1])}</b><span>${escaped(word[2])}</span><em>${KINDS[word[0]]}</em></li>`).join("")
    list.hidden = false
    area.setAttribute("aria-expanded", "true")
    editor.choose(0)
    editor.put()
  }
  editor.choose = index => {
    editor.chosen = (index + editor.items.length) % editor.items.length
    list.querySelectorAll("li").forEach((row, place) => row.setAttribute("aria-selected", place === editor.chosen))
    list.querySelector(`#offer-${editor.chosen}`).scrollIntoView({ block: "nearest" })
    area.setAttribute("aria-activedescendant", `offer-${editor.chosen}`)
  }
  // The list stands under the caret: measured on a copy of the text before it.
  editor.put = () => {
    const before = area.value.slice(0, editor.from)
    const row = before.split("\n").length
    const column = before.length - (before.lastIndexOf("\n") + 1)
    const style = getComputedStyle(area)
    const height = parseFloat(style.lineHeight)
    const probe = document.createElement("canvas").getContext("2d")
    probe.font = `${style.fontSize} ${style.fontFamily}`
    const width = probe.measureText(before.slice(before.length - column)).width
    list.style.top = `${row * height - area.scrollTop + 10}px`
    list.style.left = `${Math.max(0, Math.min(width - area.scrollLeft, area.clientWidth - 340)) + 52}px`
  }
  editor.accept = () => {
    const word = editor.items[editor.chosen]
    const isValue = "iav".includes(word[0])
    const after = area.value.slice(area.selectionStart)
    let text = word[1] + (word[0] === "f" ? "(" : "")
    if (isValue && !editor.quoted) text = `'${text}'`
    if (isValue && editor.quoted && !after.startsWith("'")) text += "'"
    area.setRangeText(text, editor.from, area.selectionStart, "end")
    editor.close()
    editor.draw()
    editor.later()
  }
  editor.tell = () => {
    clearTimeout(editor.timer)
    if (editor.told !== area.value) {
      editor.told = area.value
      editor.component.setStateValue("text", area.value)
    }
  }
  editor.later = () => {
    clearTimeout(editor.timer)
    editor.timer = setTimeout(editor.tell, 900)
  }
  editor.run = () => {
    editor.close()
    clearTimeout(editor.timer)
    editor.told = area.value
    const selected = area.value.slice(area.selectionStart, area.selectionEnd)
    editor.component.setStateValue("text", area.value)
    editor.component.setTriggerValue("run", { text: area.value, selected: selected.trim() ? selected : "" })
  }
  // The browser's way back leads to an address with another statement: that one is asked again.
  editor.back = () => {
    const asked = new URLSearchParams(window.location.search).get("sql")
    if (asked && asked !== area.value) editor.component.setTriggerValue("run", { text: asked, selected: "", back: true })
  }

  area.oninput = event => {
    editor.mark = 0
    editor.draw()
    editor.later()
    if (event.isComposing) return
    event.inputType?.startsWith("delete") && list.hidden ? editor.close() : editor.open(false)
  }
  area.addEventListener("compositionend", () => editor.open(false))
  area.onscroll = () => { editor.follow(); list.hidden || editor.put() }
  area.onblur = () => { setTimeout(editor.close, 150); editor.tell() }
  area.onclick = editor.close
  list.onmousedown = event => {
    event.preventDefault()
    const row = event.target.closest("li")
    if (row) { editor.choose(Number(row.dataset.index)); editor.accept() }
  }
  area.onkeydown = event => {
    if (event.isComposing) return
    const open = !list.hidden
    const stop = () => event.preventDefault()
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { stop(); editor.run() }
    else if ((event.ctrlKey || event.metaKey) && event.key === " ") { stop(); editor.open(true) }
    else if ((event.ctrlKey || event.metaKey) && event.key === "/") { stop(); comment(editor) }
    else if (open && event.key === "ArrowDown") { stop(); editor.choose(editor.chosen + 1) }
    else if (open && event.key === "ArrowUp") { stop(); editor.choose(editor.chosen - 1) }
    else if (open && (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey))) { stop(); editor.accept() }
    else if (event.key === "Escape") { if (open) { stop(); editor.close() } else editor.leaving = true }
    else if (event.key === "Tab" && !editor.leaving && !event.shiftKey) { stop(); insert(editor, "    ") }
    else if (event.key === "Enter") { stop(); insert(editor, "\n" + indent(area)) }
    if (event.key !== "Escape") editor.leaving = event.key === "Tab" && editor.leaving
  }
}

function indent(area) {
  const line = area.value.slice(0, area.selectionStart).split("\n").pop()
  return /^\s*/.exec(line)[0]
}

function insert(editor, text) {
  // execCommand keeps the browser's own undo; where it is gone the text is set all the same.
  editor.area.focus()
  if (!document.execCommand?.("insertText", false, text)) {
    editor.area.setRangeText(text, editor.area.selectionStart, editor.area.selectionEnd, "end")
  }
  editor.close()
  editor.draw()
  editor.later()
}

function comment(editor) {
  const { area } = editor
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1
  const end = area.selectionEnd
  const lines = area.value.slice(start, end).split("\n")
  const all = lines.every(line => /^\s*--/.test(line))
  const changed = lines.map(line => (all ? line.replace(/^(\s*)-- ?/, "$1") : "-- " + line)).join("\n")
  area.setRangeText(changed, start, end, "select")
  editor.draw()
  editor.later()
}

const editors = new WeakMap()

export default function (component) {
  const { parentElement, data } = component
  let editor = editors.get(parentElement)
  if (!editor) {
    editor = { items: [], stamp: null, told: null }
    editors.set(parentElement, editor)
    setUp(component, editor)
  }
  editor.component = component
  editor.words = data.words
  if (editor.stamp !== data.stamp) {
    editor.stamp = data.stamp
    editor.told = data.text
    editor.area.value = data.text
    editor.close()
  }
  editor.mark = editor.area.value === data.marked_text ? data.mark : 0
  editor.draw()
  window.removeEventListener("popstate", editor.back)
  window.addEventListener("popstate", editor.back)
  return () => {
    clearTimeout(editor.timer)
    window.removeEventListener("popstate", editor.back)
    editors.delete(parentElement)
  }
}

export { offers }
