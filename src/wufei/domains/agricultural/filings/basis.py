"""The rules that the forms follow. None of the texts is at hand: titles and numbers are from
memory (grade C), and what each form asks for and by when is the place's own practice.
"""

from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Basis

LIVESTOCK = Basis(
    both(
        "《畜禽规模养殖污染防治条例》",
        "Regulation on pollution from large livestock farms",
    ),
    both("养殖废弃物台账与备案", "records of livestock waste"),
    "C",
)
STRAW = Basis(
    both("秸秆资源台账建设要求", "Rules for ledgers of straw"),
    both("产生与利用量", "arising and use"),
    "C",
)
FILM = Basis(
    both("《农用薄膜管理办法》", "Measures for farm film"),
    both("生产、销售、使用、回收台账", "records of sale, use and recovery"),
    "C",
)
PACKAGING = Basis(
    both("《农药包装废弃物回收处理管理办法》", "Measures for pesticide packaging"),
    both("回收台账", "records of recovery"),
    "C",
)
CARCASS = Basis(
    both(
        "《病死畜禽和病害畜禽产品无害化处理管理办法》",
        "Measures for harmless treatment of dead livestock",
    ),
    both("报告、收集、处理台账", "report, collection and records"),
    "C",
)
