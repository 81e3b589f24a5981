"""The list of lots, to choose which labels are printed."""

from wufei.hub.base.pages.lists import ListPage


class LabelList(ListPage):
    """As any list, with a choice before each line."""

    part_name = "labels/_list.html"
