"""What may be chosen in the forms of construction waste; wordings of practice."""

from wufei.hub.base.wording import both
from wufei.hub.filings.declarations import Choices

PROJECTS: Choices = (
    ("new", both("新建建筑", "new building")),
    ("municipal", both("市政、道路工程", "roads and public works")),
    ("demolition", both("拆除工程", "demolition")),
    ("renovation", both("装饰装修工程", "renovation")),
    ("earthwork", both("土方工程", "earthworks")),
)
# Those with a floor area.
BUILDINGS = frozenset({"new", "demolition", "renovation"})
# 六个百分百: known from practice (grade C).
DUST = (
    ("fenced", both("工地周边围挡", "the site is fenced all round")),
    ("covered", both("裸土、物料覆盖", "soil and heaps are covered")),
    ("washed", both("出入车辆冲洗", "vehicles are washed when they leave")),
    ("paved", both("主要道路硬化", "ways on the site are paved")),
    ("wetted", both("拆除、土方湿法作业", "demolition and digging are done wet")),
    ("closed", both("运输车辆密闭", "trucks are closed")),
)
CARE = (
    ("fenced", both("围挡完好", "fenced")),
    ("washed", both("出场车辆冲洗", "vehicles are washed when they leave")),
    ("covered", both("裸露面覆盖、喷淋抑尘", "covered or sprayed against dust")),
    ("drained", both("排水畅通、边坡稳定", "drained, slopes stable")),
    ("kept_apart", both("无生活垃圾、危险废物混入", "no household or hazardous waste among it")),
)
STAGES: Choices = (
    ("under_way", both("在建", "under way")),
    ("completed", both("已竣工", "completed")),
)
PRODUCTS: Choices = (
    ("aggregate", both("再生骨料", "recycled aggregate")),
    ("brick", both("再生砖、砌块", "recycled bricks and blocks")),
    ("mixture", both("再生道路无机混合料", "recycled mixture for roads")),
    ("fill", both("流态固化土、回填料", "fill")),
    ("concrete", both("再生混凝土及制品", "recycled concrete")),
    ("other", both("其他", "other")),
)
POINTS: Choices = (
    ("enclosed", both("围挡式投放点", "fenced point")),
    ("container", both("箱体式投放点", "container")),
    ("station", both("集中暂存点", "central point")),
)
