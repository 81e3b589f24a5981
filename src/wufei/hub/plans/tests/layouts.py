# ruff: noqa: E501  (a paragraph of a plan is one line)
"""Two made-up plans: one laid out like the district's, one in a quite different manner."""

from wufei.hub.plans.parsing.matching import Known

UNITS = (
    Known("ecology", "市生态环境局湖区分局", ("生态环境分局",)),
    Known("housing", "区住建局", ("住建局", "区住房和城乡建设局")),
    Known("city", "区城管局", ("城管局",)),
    Known("economy", "区经发局", ("经发局",)),
    Known("towns", "各镇政府", ("各镇",)),
    Known("subdistricts", "街道办事处", ("各街道", "各街道办事处")),
)

# Page breaks inside a name, a sentence and a bracket; brackets of the wrong shape; a misread name.
LIKE_OURS = """湖区管理委员会文件

湖管发〔2024〕7号

湖区管理委员会 关于印发“无废城市”建设实施方案的通知

2024年3月5日

湖区“无废城市”建设实施方案

为做好工作，制定本方案。

一、总则

（一）期限

基准年：2022年。

建设阶段：2024年-2026年。

二、任务

（一）做好工业固体废物工作

1. 推动利用

（1）提高利用水平

推动企业利用粉煤灰。到 2025 年，一般工业固体废物综合利用率达到 70% 以上；到 2026 年，达到 72.5% 以上。〔牵头单位：区经发局；责任单位：市生态环境局湖区

- 3 -

分局，各镇政府、街道办事处〕推动企业开展清洁

生产。〔牵头单位：市生态环境局湖区分局；各镇政府、街道办事处]

（2）管好工地

控制扬尘。到2026年，新建工地垃圾排放量控制在 200-300 吨/万平方米。〔牵头单位：区域管局；

责任单位：区住建局等〕

（二）加强宣传

开展宣传活动。
"""

# Chapters and dotted numbers, roles without brackets or with verbs, a table of targets.
ELSEWHERE = """临海市“无废城市”建设规划（2023—2027年）

目录

第一章 总体要求......1

第一章 总体要求

1.1 指导思想
坚持绿色发展，投入1.5亿元。
1.2 目标指标
序号\t指标名称\t计量单位\t2022年现状\t2025年目标\t2027年目标\t责任单位
1\t一般工业固体废物综合利用率\t%\t71.2\t≥80\t≥85\t区经发局
2\t生活垃圾填埋量\t万吨\t3.1\t≤1\t0\t区城管局
3\t无废细胞数量\t个\t—\t完成上级任务\t60\t区住建局

第二章 主要任务

2.1 管理工业固体废物
2.1.1 建立台账。企业应当建立台账。（区经发局牵头，区住建局、区城管局按职责分工负责）
2.1.2 开展检查
每年开展一次检查（含夜间检查）。
牵头单位：区城管局
责任单位：区住建局、各镇（街道）
2.1.2 公开信息
向社会公开（区水利局负责）。
2.1.4 评估
① 每年评估一次。
"""
