// One search for everything: asks the server for what a word may mean, lists it by kind, opens what is chosen.
export default function (component) {
  const { parentElement, setTriggerValue } = component
  const host = parentElement.querySelector(".find")
  if (host.dataset.ready) return
  host.dataset.ready = "yes"
  const box = host.querySelector("input")
  const list = host.querySelector(".finds")
  // Pages stand one level below the root, wherever a gateway puts that.
  const root = () => new URL("./", window.location.href.split(/[?#]/)[0])
  const here = () => new URLSearchParams(window.location.search)
  let waiting = 0
  let asked = null
  let options = []
  let at = -1
  // The words the list answers, and whether Enter was pressed before their answer came.
  let answered = ""
  let entered = false

  const made = (tag, kind, text) => {
    const element = document.createElement(tag)
    if (kind) element.className = kind
    if (text) element.textContent = text
    return element
  }
  const open = (shown) => {
    list.hidden = !shown
    box.setAttribute("aria-expanded", String(shown))
    if (!shown) mark(-1)
  }
  const mark = (position) => {
    at = position
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)))
    if (at < 0) box.removeAttribute("aria-activedescendant")
    else {
      box.setAttribute("aria-activedescendant", options[at].id)
      options[at].scrollIntoView({ block: "nearest" })
    }
  }
  // The address keeps what the reader looks at: data, release, type size.
  const address = (href) => {
    const url = new URL(href, root())
    for (const name of ["data", "release", "large", "month", "base"])
      if (here().has(name) && !url.searchParams.has(name)) url.searchParams.set(name, here().get(name))
    return url
  }
  const link = (href, name) => {
    const url = address(href)
    const anchor = made("a", "", name)
    anchor.href = url
    anchor.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
      event.preventDefault()
      go(new URL(url))
    }
    return anchor
  }
  const go = (url) => {
    open(false)
    box.value = ""
    box.blur()
    // A parameter that belongs to a widget is not to be set by others: 大字版 goes along by itself, words to look for
    // in the register are read from the address when the page is opened anew.
    if (url.searchParams.has("q")) {
      window.location.assign(url)
      return
    }
    url.searchParams.delete("large")
    const page = url.pathname.slice(root().pathname.length)
    setTriggerValue("go", { page, parameters: Object.fromEntries(url.searchParams) })
  }
  const option = (item, number) => {
    const row = made("div", "option")
    row.id = `found-${number}`
    row.setAttribute("role", "option")
    const main = link(item.href, item.name_zh)
    main.tabIndex = -1
    row.append(main, made("span", "where", item.where_zh))
    for (const more of item.also) {
      const other = link(more.href, more.name_zh)
      other.className = "more"
      other.tabIndex = -1
      row.append(other)
    }
    row.onclick = (event) => {
      if (event.target.tagName !== "A") main.click()
    }
    return row
  }
  const show = (groups, text) => {
    answered = text
    list.replaceChildren()
    options = []
    for (const group of groups) {
      const part = made("div", "kind")
      part.setAttribute("role", "group")
      part.setAttribute("aria-label", group.kind_zh)
      part.append(made("h4", "", group.kind_zh))
      for (const item of group.items) {
        options.push(option(item, options.length))
        part.append(options.at(-1))
      }
      list.append(part)
    }
    if (!groups.length) list.append(made("p", "none", `没有找到“${text}”。可试全称、拼音或首字母，如 pyx。`))
    open(true)
    mark(options.length ? 0 : -1)
    if (entered && options.length) options[0].querySelector("a").click()
    entered = false
  }
  const ask = async (text) => {
    asked?.abort()
    asked = new AbortController()
    const url = new URL("api/v1/search", root())
    url.searchParams.set("q", text)
    for (const name of ["city", "data", "release"]) if (here().has(name)) url.searchParams.set(name, here().get(name))
    try {
      const answer = await fetch(url, { signal: asked.signal })
      if (!answer.ok) throw new Error(answer.status)
      if (text) show((await answer.json()).groups, text)
    } catch (error) {
      if (error.name === "AbortError" || !text) return
      list.replaceChildren(made("p", "none", "现在查不了，请稍后再试。"))
      open(true)
    }
  }
  // Asked for nothing, the server makes its index ready.
  box.onfocus = () => (box.value ? ask(box.value.trim()) : ask(""))
  box.oninput = () => {
    clearTimeout(waiting)
    entered = false
    const text = box.value.trim()
    if (text) waiting = setTimeout(() => ask(text), 120)
    else {
      asked?.abort()
      open(false)
    }
  }
  box.onkeydown = (event) => {
    if (event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && options.length) {
      event.preventDefault()
      mark((at + step + options.length) % options.length)
    } else if (event.key === "Enter" && box.value.trim()) {
      event.preventDefault()
      // What stands there may answer fewer letters than were typed since: Enter waits for the answer to all of them.
      if (at >= 0 && answered === box.value.trim()) options[at].querySelector("a").click()
      else {
        clearTimeout(waiting)
        entered = true
        ask(box.value.trim())
      }
    } else if (event.key === "Escape") {
      if (list.hidden) box.blur()
      open(false)
    }
  }
  // A press on the list takes the focus only after it has been followed.
  list.onmousedown = (event) => event.preventDefault()
  box.onblur = () => open(false)
}
