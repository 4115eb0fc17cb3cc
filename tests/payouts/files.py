"""Payment files as a clerk sends them, a few lines long."""

from pathlib import Path

HEAD = "姓名,身份证号,乡镇,账号,发放月份,金额\n"
# 410922 1940-01-01, number of order 001: 7·4+9·1+10·0+5·9+8·2+4·2+2·1+1·9+6·4+3·0+7·0+9·1+10·0+5·1+8·0+4·0+2·1 = 157;
# 157 mod 11 = 3, sign 9.
OLD_MAN = "410922194001010019"
GOOD = f"李某,{OLD_MAN},马庄桥镇,6217000000000000001,2025-07,50"


def sent(tmp_path: Path, text: str | bytes, name: str = "清丰县2025年7月高龄津贴发放明细.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8-sig"))
    return path


def detail(*rows: str, title: str = "清丰县2025年7月高龄津贴发放明细,,,,,\n") -> str:
    return title + HEAD + "".join(f"{row}\n" for row in rows)
