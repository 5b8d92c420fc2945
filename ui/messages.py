"""Every word the page and the viewer show, in Chinese and English."""

import re
from typing import Literal

Language = Literal["zh", "en"]

COOKIE = "youju_language"  # set by page.js before the page starts, so that both sides agree
_WISH = re.compile(r"([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*(?:\s*;\s*q\s*=\s*([01](?:\.\d{0,3})?))?")

MESSAGES: dict[str, tuple[str, str]] = {
    # key: (Chinese, English)
    "title": ("有据", "Youju"),
    "tagline": ("问文件，答有据：每一句都能查到原文", "Ask the documents. Every sentence shows where it stands."),
    "tab_ask": ("问答", "Ask"),
    "tab_search": ("检索", "Search"),
    "tab_figures": ("数据", "Figures"),
    "tab_documents": ("文件", "Documents"),
    "tab_evaluation": ("评测", "Evaluation"),
    "switch_language": ("EN", "中文"),
    "theme": ("明暗", "Theme"),
    "question": ("问题", "Question"),
    "question_placeholder": ("请输入问题，回车提问", "Type a question, press Enter"),
    "pasted_too_long": (
        "问题最多 {limit} 字，多出的 {left_out} 字没有放进来",
        "A question has at most {limit} characters; {left_out} were left out",
    ),
    "ask": ("提问", "Ask"),
    "stop": ("停止", "Stop"),
    "new_conversation": ("新对话", "New"),
    "conversations": ("历史对话", "History"),
    "delete_conversation": ("删除对话“{title}”", "Delete conversation “{title}”"),
    "no_conversations": ("还没有对话。对话只存在这个浏览器里。", "None yet. Conversations stay in this browser."),
    "export_markdown": ("导出 Markdown", "Export Markdown"),
    "export_word": ("导出 Word", "Export Word"),
    "nothing_to_export": ("还没有可导出的对话", "There is no conversation to export yet"),
    "filter": ("限定范围", "Narrow down"),
    "filter_set": ("限定范围（已选 {count} 项）", "Narrow down ({count} chosen)"),
    "filter_documents": ("文件", "Documents"),
    "filter_issuers": ("发布单位", "Issuers"),
    "filter_years": ("年份", "Years"),
    "filter_none": ("没有文件同时符合这些条件，请放宽范围", "No document fits all of these; widen the range"),
    "start_with": ("可以这样问", "You could ask"),
    "empty_library": ("还没有文件。请到“文件”页上传。", "No documents yet. Upload some under “Documents”."),
    "you_asked": ("提问", "You asked"),
    "answer": ("回答", "Answer"),
    "resolved": ("按此理解：", "Understood as: "),
    "edit": ("修改问题", "Edit"),
    "edit_resolved": ("修改后再问", "Edit and ask again"),
    "alone": ("不接上文，单独问", "Ask it on its own"),
    "within_one": ("只查了《{title}》", "Looked only in “{title}”"),
    "within": ("只查了限定范围内的 {count} 份文件", "Looked only in the {count} documents chosen"),
    "everywhere": ("在全部文件中再问", "Ask all documents"),
    "save_edit": ("重新提问", "Ask this"),
    "cancel": ("取消", "Cancel"),
    "retry": ("重新回答", "Retry"),
    "copy": ("复制", "Copy"),
    "copy_link": ("复制链接", "Copy link"),
    "copied": ("已复制", "Copied"),
    "copy_failed": ("浏览器不允许复制", "The browser does not allow copying"),
    "looking": ("正在查找…", "Looking…"),
    "stopped": ("已停止", "Stopped"),
    "failed": ("未能回答：{reason}", "This could not be answered: {reason}"),
    "notice_error": ("出错", "Error"),
    "connection_lost": (
        "与服务器的连接断了，正在重连；连上后页面会重新打开，对话和没发出的问题都在",
        "The connection to the server was lost and is being made again; the page then reopens with the conversation "
        "and what was typed",
    ),
    "busy": ("服务正忙，请稍后再试", "The service is busy; try again in a moment"),
    "failed_unexpected": (
        "服务出错，请重试；若仍不行，请把时间告诉管理员",
        "The service failed. Try again; if it persists, tell the administrator the time",
    ),
    "cite": ("引用 {number}：{title}", "Citation {number}: {title}"),
    "verified": ("已核对原文", "Checked against the source"),
    "unverified": ("未核实", "Not verified"),
    "unverified_hint": ("句中的数字或名称未在引文中找到", "A number or name of the sentence is not in the cited text"),
    "confidence": ("把握 {percent}%", "Confidence {percent}%"),
    "took": ("{ms} 毫秒", "{ms} ms"),
    "sources": ("原文依据", "Sources"),
    "sources_empty": ("点击回答中的 ①，原文显示在这里", "Select ① in an answer: its source is shown here"),
    "close": ("关闭", "Close"),
    "previous_citation": ("上一条引用", "Previous citation"),
    "next_citation": ("下一条引用", "Next citation"),
    "previous_paragraph": ("上一段", "Previous paragraph"),
    "next_paragraph": ("下一段", "Next paragraph"),
    "page": ("第 {page} 页", "page {page}"),
    "open_document": ("在文中查看", "Open in document"),
    "copy_citation": ("复制引用", "Copy citation"),
    "other_passages": ("其他检索到的段落（{count}，未引用）", "Other passages found ({count}, not cited)"),
    "gone": (
        "这份文件后来改过或删除了，以下是当时的引文",
        "Changed or removed since; this is what was quoted",
    ),
    "abstained": ("文件里没有找到答案", "The documents do not answer this"),
    "looked_for": ("查找的是：{question}", "Looked for: {question}"),
    "nearest": ("最接近的段落（没有回答问题）", "Nearest passages (they do not answer the question)"),
    "helpful": ("有用", "Helpful"),
    "unhelpful": ("没用", "Not helpful"),
    "feedback_why": ("哪里不好？", "What is wrong?"),
    "reason_wrong": ("答案不对", "The answer is wrong"),
    "reason_citation": ("引文不支持答案", "The citation does not support it"),
    "reason_missing": ("文件里有，却没有答出", "The documents do hold the answer"),
    "reason_stale": ("文件已过时", "The document is out of date"),
    "reason_other": ("补充说明（可不填）", "More (optional)"),
    "feedback_send": ("提交", "Send"),
    "feedback_thanks": ("已记下，谢谢", "Noted, thank you"),
    # search
    "search_query": ("检索词", "Query"),
    "search_what": (
        "看看哪些段落会被找到：三种检索各列出段落、得分和命中的词。答得不好时，可在这里查原因。",
        "See which passages are found: each way of searching with its scores and the terms that matched. "
        "When an answer is poor, this shows why.",
    ),
    "search_go": ("检索", "Search"),
    "leg_hybrid": ("综合", "Hybrid"),
    "leg_lexical": ("字词", "Lexical"),
    "leg_dense": ("语义", "Dense"),
    "score": ("得分 {score}", "score {score}"),
    "matched": ("命中：{terms}", "Matched: {terms}"),
    "no_hits": ("没有找到", "Nothing found"),
    "why_found": ("得分构成", "What the score is made of"),
    # figures
    "measure": ("指标", "Measure"),
    "measure_placeholder": ("例如：一般公共预算收入", "For example: general public budget revenue"),
    "figures_what": (
        "输入一个指标，把各文件、各年份的数值列成表、画成图，每个数值都连到原文。",
        "Name a measure: its values in all documents and years as a table and a plot, each leading to its source.",
    ),
    "measure_go": ("查询", "Find values"),
    "figures_none": ("没有文件给出“{measure}”的数值", "No document gives a value of “{measure}”"),
    "figures_caption": ("{measure}：各文件中的数值", "{measure}: values in the documents"),
    "column_document": ("文件", "Document"),
    "column_year": ("年份", "Year"),
    "column_value": ("数值", "Value"),
    "column_source": ("出处", "Source"),
    "figures_other_units": ("图中只画单位为“{unit}”的数值", "The plot shows values in “{unit}” only"),
    "measure_question_year": ("{year}年{measure}是多少？", "What was {measure} in {year}?"),
    "measure_question": ("{measure}是多少？", "What is {measure}?"),
    # documents
    "upload": ("拖放文件到这里，或点击选择", "Drop files here, or click to choose"),
    "upload_cancel": ("取消上传", "Cancel upload"),
    "token": ("管理口令", "Administrator's token"),
    "token_needed": ("请先填写管理口令", "Enter the administrator's token first"),
    "token_wrong": ("管理口令不对，没有改动", "Wrong administrator's token; nothing was changed"),
    "documents_count": ("共 {documents} 个文件", "{documents} documents"),
    "documents_find": ("按题名找文件", "Find a document by title"),
    "column_issuer": ("发布单位", "Issuer"),
    "column_title": ("题名", "Title"),
    "column_date": ("日期", "Date"),
    "column_paragraphs": ("段数", "Paragraphs"),
    "column_state": ("状态", "State"),
    "column_actions": ("操作", "Actions"),
    "state_searchable": ("可检索", "Searchable"),
    "state_empty": ("没有读出段落", "No paragraph was read"),
    "how_read": ("查看读取结果", "How it was read"),
    "how_read_title": ("《{title}》读成 {paragraphs} 段", "“{title}” was read as {paragraphs} paragraphs"),
    "remove": ("删除", "Remove"),
    "remove_confirm": (
        "删除《{title}》？删除后不再被检索和引用。",
        "Remove “{title}” from all answers?",
    ),
    "removed": ("已删除", "Removed"),
    "no_section": ("（无标题部分）", "(before any heading)"),
    "file_waiting": ("等待", "Waiting"),
    "file_held": ("等待：请填写管理口令", "Waiting for the administrator's token"),
    "file_sending": ("正在上传", "Sending"),
    "file_reading": ("正在读和建索引", "Reading and indexing"),
    "file_done": ("完成，已可检索", "Done, searchable now"),
    "file_inside": ("内含 {count} 个文件，加入 {added} 个", "{count} files inside, {added} added"),
    "file_failed": ("没有加入：{reason}", "Not added: {reason}"),
    "file_cancelled": ("已取消，没有加入", "Cancelled, not added"),
    "file_too_large": ("文件太大，服务不收", "The file is larger than the service takes"),
    "file_lost": ("连接中断", "The connection was lost"),
    # evaluation
    "evaluation_what": (
        "用一组题检验现在的文件答得怎样：逐题提问、打分，并与上一次比较。表格每行一题：问题、答案、出处文件、出处原文。",
        "How well are the documents answered now? Every question is asked and scored, and compared with the last run. "
        "One question a row: question, answers, and the document and words that hold them.",
    ),
    "evaluation_choose": (
        "拖放题目文件（JSONL、CSV、Excel），或点击选择",
        "Drop a file of questions (JSONL, CSV, Excel), or click to choose",
    ),
    "evaluation_sample": ("使用示例题", "Use the sample questions"),
    "evaluation_cancel": ("停止评测", "Stop"),
    "evaluation_running": ("正在评测 {questions}：{done} / {total} 题", "Running {questions}: {done} of {total}"),
    "evaluation_reading": ("正在读题目 {questions}", "Reading {questions}"),
    "evaluation_cancelled": ("已停止，没有留下结果", "Stopped; nothing was kept"),
    "evaluation_failed": ("评测没有完成：{reason}", "This could not be run: {reason}"),
    "evaluation_done": (
        "{name}：{rows} 题，{wrong} 题答错，用时 {seconds} 秒",
        "{name}: {rows} questions, {wrong} wrong, {seconds} s",
    ),
    "evaluation_problems": ("{count} 行不能用，已略过", "{count} rows cannot be used and were left out"),
    "evaluation_report": ("查看完整报告", "Show the whole report"),
    "evaluation_save": ("下载报告", "Download the report"),
    "evaluation_first": ("没有可比的上一次评测", "There is no earlier run to compare with"),
    "evaluation_against": (
        "与 {name} 相比（两次都有的 {rows} 题）",
        "Against {name} ({rows} questions asked in both)",
    ),
    "evaluation_broken": ("变错的题（{count}）", "Now wrong ({count})"),
    "evaluation_better": ("变对的题（{count}）", "Now right ({count})"),
    "evaluation_before": ("原来：{text}", "Before: {text}"),
    "evaluation_after": ("现在：{text}", "Now: {text}"),
    "column_measure": ("指标", "Measure"),
    "column_interval": ("95% 区间", "95% interval"),
    "column_count": ("题数", "Count"),
    "column_before": ("上一次", "Before"),
    "column_difference": ("差", "Difference"),
    "significant": ("显著", "significant"),
    # viewer
    "outline": ("目录", "Outline"),
    "find": ("文内查找", "Find in document"),
    "find_previous": ("上一处", "Previous match"),
    "find_next": ("下一处", "Next match"),
    "find_count": ("{at}/{count}", "{at}/{count}"),
    "print": ("打印", "Print"),
    "to_passage": ("回到引文", "Back to the passage"),
    "no_such_document": ("没有这份文件：{id}", "No such document: {id}"),
    "span_outside": (
        "链接指的位置不在这份文件里，可能文件已经更新",
        "The link points outside this document",
    ),
    "original": ("原页", "Original page"),
    "page_of": ("第 {page} 页，共 {pages} 页", "page {page} of {pages}"),
    "previous_page": ("‹ 上一页", "‹ previous page"),
    "next_page": ("下一页 ›", "next page ›"),
    "no_original": (
        "原 PDF 没有保留或已改动，这里只有读出的文字。重新加入这份文件，就能看原页。",
        "The PDF was not kept, or has changed since: only its text is here. Add the file again to see its pages.",
    ),
    "not_boxed": (
        "引文不在这一页上，或不能在图上定位",
        "The passage is not on this page, or cannot be found in the picture",
    ),
    "home": ("回到问答", "Back to asking"),
}


def message(language: Language, key: str, **values: object) -> str:
    """The words for `key`. Raises KeyError for an unknown key or a missing value."""
    words = MESSAGES[key][0 if language == "zh" else 1]
    return words.format(**values) if values else words


def language_of(cookie: str | None, accepted: str | None, *, otherwise: Language = "zh") -> Language:
    """What the reader chose (`cookie`), else what `accepted` prefers (`Accept-Language`), else English where it names
    other languages only, else `otherwise`."""
    if cookie and (chosen := _known(cookie[:2])):
        return chosen
    wanted = [(tag, worth) for tag, worth in map(_wish, (accepted or "").split(",")) if worth > 0]
    known = [(worth, language) for tag, worth in wanted if (language := _known(tag))]
    if known:
        return max(known, key=lambda one: one[0])[1]  # the first of those wished for equally
    return "en" if any(tag not in ("", "*") for tag, _ in wanted) else otherwise


def _known(tag: str) -> Language | None:
    known: dict[str, Language] = {"zh": "zh", "en": "en"}
    return known.get(tag.lower())


def _wish(part: str) -> tuple[str, float]:
    """ "zh-CN;q=0.8" -> ("zh", 0.8); what is no wish at all is worth nothing."""
    found = _WISH.fullmatch(part.strip())
    return (found[1], float(found[2] or 1)) if found else ("", 0.0)
