// Streamlit's own words, which it has in English only, said in Chinese: labels read aloud, hints, and what it writes.
{
  const WORDS = {
    "App pages": "页面", Sidebar: "菜单", "Collapse sidebar": "收起菜单", "Expand sidebar": "打开菜单", "Main menu": "主菜单",
    "Skip to main content": "跳到正文", "Navigate to home page": "回到首页", Logo: "标志",
    Close: "关闭", Open: "展开", Cancel: "取消", Search: "查找", "Close Search": "关闭查找",
    "Choose an option": "请选择", "Choose options": "请选择", "Choose or add an option": "请选择或输入",
    "Choose or add options": "请选择或输入", "No options to select": "没有可选的", "No results": "没有找到",
    "Add an option": "请输入", "Add options": "请输入", "Select all": "全选", "Clear all": "全部清除", "Clear value": "清除",
    "Clear entry": "清除", "Clear selection": "取消选择", "Selected values": "已选",
    "Press Enter to apply": "按回车生效", "Press Enter to submit": "按回车提交", "Press ⌘+Enter to apply": "按 ⌘+回车 生效",
    "Press Ctrl+Enter to apply": "按 Ctrl+回车 生效",
    Increment: "加一步", Decrement: "减一步", Pagination: "翻页", "Next page": "下一页", "Previous page": "上一页",
    "Scroll tabs left": "向左", "Scroll tabs right": "向右",
    "file upload": "选择文件", Upload: "选择文件", "Browse files": "选择文件", "Add files": "再加文件",
    "Drag and drop file here": "把文件拖到这里", "Drag and drop files here": "把文件拖到这里", "Drop files here": "松手即检查",
    "Too many files": "文件太多", "Download failed": "下载失败",
    Fullscreen: "全屏", "Close fullscreen": "退出全屏", "View fullscreen": "全屏", "Exit fullscreen": "退出全屏",
    "Copy to clipboard": "复制", Copy: "复制", Copied: "已复制", "Copied!": "已复制",
    "Running...": "正在更新", Stop: "停止", Rerun: "重新运行", Notifications: "通知", "Link to heading": "本节链接",
    "Choose date": "选日期", "Previous month": "上一月", "Next month": "下一月", "Previous year": "上一年", "Next year": "下一年",
    "Use arrow keys to navigate dates. Enter to select. Escape to close.": "方向键选日期，回车选定，Esc 关闭。",
    "Connection error": "连接断开", "Try again": "重试", "Network issue": "网络不通",
    "Streamlit server is not responding. Are you connected to the internet?": "服务器没有应答，正在重新连接。",
  }
  // Single words that could be somebody's data: only in the menus of a table of results.
  const MENU = {
    "Dataframe column menu": "列菜单", "Sort ascending": "升序", "Sort descending": "降序", Format: "显示格式",
    Autosize: "自动列宽", "Pin column": "固定这一列", "Unpin column": "取消固定", "Hide column": "隐藏这一列",
    "Copy column name": "复制列名", Automatic: "自动", Localized: "本地习惯", Plain: "原样", Compact: "缩写", Dollar: "美元",
    Euro: "欧元", Yen: "日元", Percent: "百分比", Scientific: "科学记数", Accounting: "会计", Distance: "多久以前", Calendar: "日历",
    "Show/hide columns": "显示或隐藏列", "Download as CSV": "下载 CSV", Statistics: "统计", Empty: "空", "No data": "没有数据",
    "No content": "没有内容", Count: "个数", Distinct: "不同值", Average: "平均", Median: "中位数", Minimum: "最小", Maximum: "最大",
    Sum: "合计", "Standard deviation": "标准差", Values: "值", "Next Result": "下一个", "Previous Result": "上一个",
  }
  const DATE_PARTS = { year: "年", month: "月", day: "日" }
  const MONTHS = "January February March April May June July August September October November December".split(" ")
  const PATTERNS = [
    [/^(year|month|day), /, (_, part) => `${DATE_PARTS[part]}，`],
    [/^(\d+) – [A-Z][a-z]+$/, "$1月"],
    [/^Selected Date: ([A-Z][a-z]+) (\d+), (\d+)$/, (_, month, day, year) => `已选${year}年${MONTHS.indexOf(month) + 1}月${day}日`],
    [/^Page (\d+)$/, "第$1页"],
    [/^[a-z_ ]+ icon$/, "图标"],
    [/^Help for (.+)$/, "$1的说明"],
    [/^Remove (.+)$/, "去掉$1"],
    [/^Add: (.+)$/, "添加：$1"],
    [/^Select (\d+) matches$/, "选中找到的$1项"],
    [/^File is larger than (.+)$/, "文件超过$1"],
    // What a word is said of stands behind it: the name of a table, of a field, a month. The last, since it takes what the
    // others know better.
    [/^([A-Z][A-Za-z/ ]+)(?:: |, )(?=.*[\u4e00-\u9fff])/, (whole, word) => (word = WORDS[word] ?? MENU[word]) ? `${word}：` : whole],
  ]
  const LABELS = ["aria-label", "aria-valuetext", "placeholder", "title"]
  // What the pages write is Chinese already, or a name that has to stay; charts are large and hold no word of Streamlit.
  const OURS = ".block, .js-plotly-plot, textarea, pre, code"

  const said = (text, element) => {
    const word = text?.trim()
    if (!word || word.length > 90 || !/[A-Za-z]/.test(word)) return null
    if (Object.hasOwn(WORDS, word)) return WORDS[word]
    if (Object.hasOwn(MENU, word) && element?.closest("[data-testid^=stDataFrame]")) return MENU[word]
    const pattern = PATTERNS.find(([form]) => form.test(word))
    const told = pattern ? word.replace(pattern[0], pattern[1]) : word
    // Written again as it stands it would be a change, said again and without end.
    return told === word ? null : told
  }
  const label = (element) => {
    for (const name of LABELS) {
      const word = said(element.getAttribute(name), element)
      if (word !== null) element.setAttribute(name, word)
    }
  }
  const write = (node) => {
    const word = said(node.nodeValue, node.parentElement)
    if (word !== null && !node.parentElement?.closest(OURS)) node.nodeValue = word
  }
  const whole = (element) => {
    if (element.closest(OURS)) return
    label(element)
    element.querySelectorAll("[aria-label], [aria-valuetext], [placeholder], [title]").forEach(label)
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) write(texts.currentNode)
  }
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") label(change.target)
      else if (change.type === "characterData") write(change.target)
      else
        for (const node of change.addedNodes) {
          if (node.nodeType === Node.ELEMENT_NODE) whole(node)
          else if (node.nodeType === Node.TEXT_NODE) write(node)
        }
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: LABELS })
}
