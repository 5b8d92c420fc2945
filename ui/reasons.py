"""Why a file was not taken in, said in Chinese: readers give their reasons in English."""

import re

# What a reader says, with room for what it names, and the same in Chinese.
_REASONS: tuple[tuple[str, str], ...] = tuple(
    (rf"(?s:{english})", chinese)
    for english, chinese in (
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
)


def chinese_reason(said: str) -> str | None:
    """`said` by a reader, in Chinese; None where it is none of what readers say."""
    for pattern, chinese in _REASONS:
        if found := re.fullmatch(pattern, said):
            return found.expand(chinese)
    return None
