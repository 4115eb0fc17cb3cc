"""What a release is made as, told without the engine: a refresh that finds nothing new loads none of what builds."""

from importlib.metadata import version

from warehouse import FOLDER

SCHEMA_VERSION = 6
# What a progress bar shows and where a fault may strike, in order.
STEPS = (
    "装载底表",
    "计算基础表",
    "计算主题表",
    "保密处理",
    "写表与列的说明",
    "写入批次文件",
    "登记数字凭证",
    "核对",
    "批次文件落盘",
)
# The folder of sql/ and checks/.
RULES = FOLDER


def app_version() -> str:
    """The version of this program, as a release carries it."""
    return version("yanglao")
