"""What a received file is, found out from its bytes, never from its name; and what is wrong with it."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from functools import lru_cache

from warehouse.errors import FormError

LARGEST_MB = 30
LARGEST_UNPACKED_MB = 200
MOST_PARTS = 2000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SPREADSHEETS = ".xlsx、.xls、.et、.ods 或 .csv"
_FOREIGN = (
    (b"\x89PNG", "图片（PNG）"),
    (b"\xff\xd8\xff", "图片（JPEG）"),
    (b"GIF8", "图片（GIF）"),
    (b"BM", "图片（BMP）"),
    (b"II*\x00", "图片（TIFF）"),
    (b"MM\x00*", "图片（TIFF）"),
    (b"%PDF", "PDF 文件"),
    (b"Rar!", "压缩包（RAR）"),
    (b"7z\xbc\xaf", "压缩包（7z）"),
    (b"\x1f\x8b", "压缩包（gz）"),
    (b"MZ", "程序文件"),
    (b"\x7fELF", "程序文件"),
    (b"{\\rtf", "写字板文件（RTF）"),
    (b"SQLite format 3", "数据库文件"),
    (b"PAR1", "数据文件（Parquet）"),
)


DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    UnicodeError,
)
"""What libraries raise on a damaged file; RuntimeError covers a protected entry and an unknown packing."""


class FileRefused(FormError):  # noqa: N818
    """A file that cannot be read at all; `rule` is the rule it broke (see etl/rules.toml)."""

    def __init__(self, message_zh: str, rule: str = "F1", remedy_zh: str = "") -> None:
        super().__init__(message_zh)
        self.rule = rule
        self.remedy_zh = remedy_zh


def refuse(rule: str, fact: str, remedy: str) -> FileRefused:
    """The refusal to raise: what is so, and what to do."""
    return FileRefused(fact, rule, remedy)


def damaged() -> FileRefused:
    """The refusal of a file that libraries choke on."""
    return refuse("F1", "文件不完整或已损坏，无法打开", "请用表格软件打开核对，另存一份后重报")


def sniff(data: bytes) -> str:
    """What kind of table the bytes are: xlsx, xlsb, ods, xls, csv, html or xml (Excel 2003).

    Raises:
        FileRefused: it is empty, too large, protected, with macros, no table, or unpacks to too much.
    """
    if not data.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise refuse("F4", "文件是空的（没有内容）", "请确认导出或拷贝是否成功，重新报送")
    if len(data) > LARGEST_MB << 20:
        size = len(data) >> 20
        raise refuse(
            "F6", f"文件有{size}MB，超过{LARGEST_MB}MB", "请删除表外的图片、附件和空白行后重报，每个文件只放本月报表"
        )
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return _zipped(data)
    if data.startswith(_OLE):
        return _compound(data)
    # A worksheet stream of Excel 5 and older stands alone, without a compound file around it.
    if data[:2] == b"\x09\x08" or data[:4] in (b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x00\x04\x00"):
        return "xls"
    for magic, kind in _FOREIGN:
        if data.startswith(magic):
            raise refuse("F3", f"文件实际是{kind}，不是电子表格", f"请填写报表后另存为 {_SPREADSHEETS} 再报")
    return _text(data)


@lru_cache(maxsize=1)
def unzipped(data: bytes) -> zipfile.ZipFile:
    """The parts of a zipped file. Several look into one file, each after the other; its list of parts is read once."""
    return zipfile.ZipFile(io.BytesIO(data))


def _zipped(data: bytes) -> str:
    try:
        parts = unzipped(data)
        entries = parts.infolist()
        names = {entry.filename.replace("\\", "/").lower() for entry in entries}
        unpacked = sum(entry.file_size for entry in entries) >> 20
        if unpacked > LARGEST_UNPACKED_MB:
            raise refuse(
                "F6",
                f"文件展开后有{unpacked}MB，超过{LARGEST_UNPACKED_MB}MB",
                "请另存为新工作簿，只保留本月报表后重报",
            )
        if len(entries) > MOST_PARTS:
            raise refuse(
                "F6",
                f"文件由{len(entries)}个部分组成，像是塞进了太多工作表或附件",
                "请只保留本月报表所在的工作表后重报",
            )
        if any(name.endswith("vbaproject.bin") for name in names):
            raise refuse("F5", "文件带有宏，按规定不打开", "请另存为不含宏的 .xlsx 再报")
        if "META-INF/manifest.xml" in parts.namelist():
            manifest = parts.open("META-INF/manifest.xml").read(1 << 20)
            if b"encryption-data" in manifest:
                raise refuse("F2", "文件设了打开密码", "请取消密码后重报")
    except DAMAGES as error:
        raise damaged() from error
    for part, kind in (("xl/workbook.bin", "xlsb"), ("xl/workbook.xml", "xlsx"), ("content.xml", "ods")):
        if part in names:
            return kind
    if "[content_types].xml" in names and any(
        name.startswith("xl/") or name.endswith("workbook.xml") for name in names
    ):
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        raise refuse("F3", "文件实际是 Word 文档，不是电子表格", f"请把数填入报表，另存为 {_SPREADSHEETS} 再报")
    if any(name.startswith("ppt/") for name in names):
        raise refuse("F3", "文件实际是演示文稿，不是电子表格", f"请把数填入报表，另存为 {_SPREADSHEETS} 再报")
    raise refuse("F3", "文件是压缩包，不是电子表格", "请解压后把里面的报表逐个报送")


def _compound(data: bytes) -> str:
    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise refuse("F2", "文件设了打开密码", "请取消密码后重报")
    if _has_filepass(data):
        raise refuse("F2", "文件设了打开密码", "请取消密码后重报")
    if has("_VBA_PROJECT_CUR") or has("_VBA_PROJECT"):
        raise refuse("F5", "文件带有宏，按规定不打开", "请另存为不含宏的 .xlsx 再报")
    for stream, kind in (("WordDocument", "Word 文档"), ("PowerPoint Document", "演示文稿"), ("__substg1.0", "邮件")):
        if has(stream):
            raise refuse("F3", f"文件实际是{kind}，不是电子表格", f"请把数填入报表，另存为 {_SPREADSHEETS} 再报")
    return "xls"


def _has_filepass(data: bytes) -> bool:
    """Whether the stream of an .xls begins as one that a password closes: a record FILEPASS soon after the first."""
    for begin in (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00"):
        at = data.find(begin)
        for _ in range(6 if at >= 0 else 0):
            kind, length = struct.unpack_from("<HH", data, at) if at + 4 <= len(data) else (0, 0)
            if kind == 0x002F:
                return True
            at += 4 + length
    return False


def _text(data: bytes) -> str:
    head = data[:4096]
    # UTF-16 without a byte order mark still shows its zero bytes; anything else with zero bytes is no text.
    if head[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\x00" in head and utf16_order(data) is None:
        raise refuse("F3", "文件不是电子表格，也不是文字", f"请填写报表后另存为 {_SPREADSHEETS} 再报")
    start = re.sub(rb"[\x00\s]|\xef\xbb\xbf|\xff\xfe|\xfe\xff", b"", head).lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "xml"
    if re.match(rb"mime-version:", start):
        raise refuse("F3", "文件是“单个文件网页”（MHT），不是电子表格", f"请另存为 {_SPREADSHEETS} 再报")
    if start.startswith((b"<html", b"<!doctypehtml", b"<table", b"<meta", b"<head", b"<style", b"<body", b"<div")):
        return "html"
    if start.startswith(b"<?xml"):
        if b"<html" in start or b"<table" in start:
            return "html"
        raise refuse("F3", "文件是 XML 数据，不是电子表格", f"请另存为 {_SPREADSHEETS} 再报")
    return "csv"


def utf16_order(data: bytes) -> str | None:
    """utf-16-le or utf-16-be when the bytes look like UTF-16 without a mark, else None."""
    head = data[:4096]
    half = len(head) // 2
    zeros_even, zeros_odd = head[0::2].count(0), head[1::2].count(0)
    # ASCII separators and digits in UTF-16 leave zeros on one side only; Chinese characters leave none.
    for order, here, there in (("utf-16-le", zeros_odd, zeros_even), ("utf-16-be", zeros_even, zeros_odd)):
        if here > half * 0.1 and there <= half * 0.02:
            return order
    return None
