"""What the engine says in English, said in Chinese: why a file was not taken in, and its other errors."""

import re

from rag import errors
from ui.messages import Language

_HAN, _LATIN = re.compile("[\u3400-\u9fff]"), re.compile("[A-Za-z]")
# What a reader says, with room for what it names, and the same in Chinese.
_REASONS: tuple[tuple[str, str], ...] = (
    (r".*: no reader for a file without a suffix\..*", "文件名没有后缀，认不出是什么文件"),
    (r".*: no reader for (\S+)\. .*Pictures hold no text.*", "图片里没有可读的文字；请导出为文字版或 PDF"),
    (r".*: no reader for (\S+)\. .*(?:Save|Pack) it as (\S+)\.", r"不能读 \1 文件；请另存为 \2 再上传"),
    (r".*: no reader for (\S+)\. .*", r"不能读 \1 文件；可读 Word、Excel、PPT、PDF、网页、邮件、CSV 和纯文本"),
    (r".* holds several documents: .*", "里面有多个文件，请解开后再添加"),
    (r".* is an archive within the archive .*", "压缩包里的压缩包不解；请解开后单独添加"),
    (r".* is an archive within .*", "邮件里的压缩包不解；请保存后单独添加"),
    (r".* is an e-mail within e-mails, .*", "邮件套邮件，层数太多"),
    (r".* holds (\d+) files; at most (\d+) are read\..*", r"压缩包里有 \1 个文件，最多读 \2 个；请分成几个"),
    (r".* holds no document\..*", "压缩包里没有可读的文件"),
    (r".* in .* is encrypted\..*", "在压缩包里加了密；请先用密码解开"),
    (r".* in .* is a link, not a file\..*", "是链接，不是文件；请打包文件本身"),
    (r".* in the archive is damaged .*", "在压缩包里已损坏；请重新打包"),
    (r".* unpacks to more than (\d+) MB, .*", r"解开后超过 \1 MB，不读这么大的文件"),
    (r".* has ([\d.]+) MB; at most ([\d.]+) MB .*", r"有 \1 MB，最多读 \2 MB；请分成几份"),
    (r".* would unpack to ([\d,]+) MB from ([\d.,]+) MB.*", r"\2 MB 的文件解开会有 \1 MB，像是压缩炸弹，没有打开"),
    (r".* is encrypted: .*", "加了密，没有密码打不开；请另存为不加密的文件"),
    (
        r".* is either protected by a password or .*",
        "有密码保护，或是 Office 97 的旧格式；请去掉密码或另存为新格式",
    ),
    (r".* is a scanned PDF.*\((\d+) pages\).*found none either.*", r"是扫描件（\1 页），识别不出文字"),
    (
        r".* is a scanned PDF.*\((\d+) pages\).*",
        r"是扫描件（\1 页），页面是图片，没有文字；请先做文字识别（OCR），或装上 youju[ocr]",
    ),
    (r".* is a PDF without text \((\d+) pages\).*", r"这个 PDF（\1 页）里没有文字"),
    (r".* is not a PDF: .*", "不是 PDF 文件；请检查后缀"),
    (r".* cannot be opened as a PDF .*", "PDF 打不开，可能不完整；请重新复制一份"),
    (r".* has a page that cannot be read .*", "有一页读不了；请重新打印成 PDF"),
    (r".* is not a Word document or is cut off.*", "不是 Word 文件，或不完整；请重新复制或另存"),
    (r".* is not an Excel workbook or is cut off.*", "不是 Excel 文件，或不完整；请重新复制或另存"),
    (r".* is not a PowerPoint presentation or is cut off.*", "不是 PowerPoint 文件，或不完整；请重新复制或另存"),
    (r".* is not a zip archive or is cut off.*", "不是压缩包，或不完整；请重新复制一份"),
    (r".* or is cut off .*", "文件不完整，或内容与后缀不符；请重新复制或另存"),
    (r".* is a zip archive but not .*", "内容与后缀不符；请检查后缀"),
    (r".* cannot be opened as a Word document .*", "Word 打不开；请用 Word 打开后另存"),
    (r".* cannot be opened as a PowerPoint .*", "PowerPoint 打不开；请用 PowerPoint 打开后另存"),
    (r".* cannot be opened as an Excel .*", "Excel 打不开；请用 Excel 打开后另存"),
    (r".* cannot be read as a table: .*", "不像表格；应是用逗号或制表符分开的数据"),
    (r".* nests its elements more than .*", "网页嵌套太深，不像是给人看的网页"),
    (r".* is a web page without text: .*", "网页里没有文字"),
    (r".* is not an e-mail: .*", "不是邮件；请重新导出为 .eml"),
    (r".* is an e-mail without text\.", "邮件里没有文字"),
    (r".* is not text: .*", "不是文本文件，或编码无法识别；请另存为 UTF-8"),
    (r".*, not text\. Give it its right suffix.*", "内容不是文字，与后缀不符；请改正后缀，或导出为文字"),
    (r".* is empty: .*pictures are not read\.", "里面没有文字；图片不读"),
    (r".* is empty: .*", "是空文件，里面没有文字"),
    (r".* does not exist\..*", "文件不存在；请检查路径"),
    (r".* may not be read: permission denied\..*", "没有读取权限"),
    (
        r".* could not be read: the process .* was killed, .*",
        "读到一半进程被终止，多半是内存不够；请单独添加或分成几份",
    ),
    (r".* could not be read: the process .*", "读到一半进程意外退出，文件可能已损坏；请另存或换一种格式"),
    (r".* cannot be read: (.*?)\.?", r"读不了：\1"),
)


# What other errors say, to whoever asks over HTTP or on the page.
_ERRORS: tuple[tuple[str, str], ...] = (
    (r"the question is empty; .*", "问题是空的；请写出想知道什么"),
    (
        r"the question has ([\d,]+) characters, at most ([\d,]+) are taken; .*",
        r"问题有 \1 个字，最多 \2 个；请写短一些",
    ),
    (r"no document has the id .(.*).; .*", r"没有编号为“\1”的文件；youju documents list 列出现有文件"),
    (r"another process has been writing to .* for ([\d.]+) s; .*", r"另一个进程已写了 \1 秒；请等它写完再试"),
    (r"the change was called off; .*", "改动已取消，没有再加入文件"),
    (
        r"the process that was reading the documents was killed, .*",
        "读文件的进程被终止，多半是内存不够；请分几次加入。没有读完的没有加入",
    ),
    (r"the process that was reading the documents was ended .*", "读文件的进程被中断；请重新加入。没有读完的没有加入"),
    (
        r"the process that was reading the documents ended .*",
        "读文件的进程意外退出，原因记在日志里。没有读完的没有加入",
    ),
    (r"No site has the id or key .(.*).; .*", r"没有编号或密钥为“\1”的站点；youju sites list 列出现有站点"),
    (
        r"Got .(.*).; expected an origin such as .*",
        r"“\1”不是来源；应如 https://www.example.gov.cn 或 *.example.gov.cn",
    ),
    (r"Got .(.*)., which covers names of many owners; .*", r"“\1”含有不属于同一单位的域名；请写到下一级域名"),
    # of question files
    (r"(?:.*/)?(.*): expected a .* file of questions", r"\1：题目文件应是 .jsonl、.csv、.tsv 或 .xlsx"),
    (r"(?:.*/)?(.*): there is no such file", r"\1：没有这个文件"),
    (r"(?:.*/)?(.*): not UTF-8 at byte (\d+); .*", r"\1：第 \2 字节起不是 UTF-8；请另存为 UTF-8"),
    (r"(?:.*/)?(.*): no question in it; .*", r"\1：里面没有题目；每行一题"),
    (r"(?:.*/)?(.*): not an Excel workbook .*", r"\1：不是 Excel 文件；请另存为 .xlsx 或 .csv"),
    (r"(?:.*/)?(.*): (\d+) rows cannot be used:.*", r"\1：有 \2 行用不了"),
    (r"the sample questions are about the sample reports, .*", "示例题问的是示例报告，这里没有；请选自己的题目文件"),
)
# Of rows of a question file; several may stand in one message.
_PROBLEMS: tuple[tuple[str, str], ...] = (
    (r"^line (\d+) \((.*?)\): ", r"第 \1 行（\2）："),
    (r"^line (\d+): ", r"第 \1 行："),
    (r"not JSON: .* at column (\d+)", r"第 \1 个字符处不是正确的 JSON"),
    (r"no column (.*); the headings are (.*)", r"没有 \1 列；表头是 \2"),
    (
        r"(\d+) evidence documents for (\d+) evidence texts; one a line for each is expected",
        r"\1 个出处文件对 \2 段出处原文；应一行一个、一一对应",
    ),
    (r"(\d+) lines of history; question and answer by turns are expected", r"上文有 \1 行；应一问一答"),
    (r"'all' is (.*); true or false is expected", r"all 是 \1；应是 true 或 false"),
    (r"id (\S+) stands on line (\d+) already", r"编号 \1 在第 \2 行已有"),
    (r"a JSON object is expected, got", "应是 JSON 对象，收到"),
    (r"missing: ", "缺少 "),
    (r"'(\w+)' must be a text with something in it, got", r"\1 应是文字，收到"),
    (r"'type' is (.*?); expected one of", r"类型是 \1；应是下列之一："),
    (r"'all' must be true or false, got", "all 应是 true 或 false，收到"),
    (r"'history' must be a list of \[question, answer\]", "上文应是 [问题, 答案] 的列表"),
    (r"'answers' must be a list of texts", "答案应是文字的列表"),
    (
        r"'answers' is empty, and only an unanswerable question has none",
        "没有答案；只有类型是 unanswerable 的题可以没有",
    ),
    (r"'evidence' must be a list of \{doc, text\}", "出处应是 {doc, text} 的列表"),
    (
        r"'evidence' is empty, and only an unanswerable question has none",
        "没有出处；只有类型是 unanswerable 的题可以没有",
    ),
    (r"there is no document (.*)", r"没有文件 \1"),
    (r"(\S+) does not hold the evidence (.*)", r"\1 里没有出处原文 \2"),
    (r"收到 nothing", "收到空值"),
    (r"收到 (?:str|int|float|bool|list|dict) ", "收到 "),
    (r"; ", "；"),
)
# The most special first: the first that fits is taken where none of the above is said.
_KINDS: tuple[tuple[type[errors.YoujuError], str], ...] = (
    (errors.UnsupportedFormat, "这种文件还不能读"),
    (errors.EmptyDocument, "文件里没有可读的文字"),
    (errors.DamagedFile, "文件已损坏，或内容与后缀不符"),
    (errors.ReadError, "文件读不了"),
    (errors.StoreNotFound, "这里还没有文档库；先运行 youju index 文件夹"),
    (errors.StoreFormatError, "这个文件夹不是本版本的文档库"),
    (errors.StoreDamaged, "文档库有文件损坏；请用备份恢复"),
    (errors.StoreLocked, "另一个进程正在写这个文档库，请稍后再试"),
    (errors.EncoderMismatch, "文档库是用另一个编码器建的；用同一个 --encoder，或用 youju store reencode 改建"),
    (errors.StoreError, "文档库用不了"),
    (errors.UnknownDocument, "没有这份文件；youju documents list 列出现有文件"),
    (errors.BadQuestions, "问题文件里有用不了的行"),
    (errors.BadQuestion, "这个问题没法问"),
    (errors.EncoderError, "编码器用不了"),
    (errors.ServiceStoreError, "反馈、密钥与站点所在的数据库用不了"),
    (errors.ModelError, "语言模型没有答成"),
)


def chinese_reason(said: str) -> str | None:
    """`said` by a reader, in Chinese; None where it is none of what readers say."""
    return _expanded(said, _REASONS)


def chinese_kind(error: errors.YoujuError) -> str:
    """What kind of error it is."""
    return next((chinese for kind, chinese in _KINDS if isinstance(error, kind)), "没有做成，原因记在日志里")


def chinese_error(error: errors.YoujuError) -> str:
    """All of it where it is Chinese or its words are known, else its kind: no English either way."""
    said = _expanded(str(error), _ERRORS)
    if said is None and isinstance(error, errors.ReadError):
        said = chinese_reason(str(error))
    chinese = len(_HAN.findall(str(error))) > len(_LATIN.findall(str(error)))
    return said or (str(error) if chinese else chinese_kind(error))


def chinese_problem(said: str) -> str:
    """What is wrong with a row of a question file."""
    for english, chinese in _PROBLEMS:
        said = re.sub(english, chinese, said)
    return said


def error_words(error: errors.YoujuError, language: Language) -> str:
    return chinese_error(error) if language == "zh" else str(error)


def _expanded(said: str, table: tuple[tuple[str, str], ...]) -> str | None:
    for pattern, chinese in table:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return found.expand(chinese)
    return None
