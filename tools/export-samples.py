#!/usr/bin/env python3
"""Writes the sample exports in examples/exports/, byte for byte as the platforms shape them.

Everything in them is invented. Run it after a change: the files are the same each time. What each file has of its
platform, and the tests look for (crates/replay/tests/shipped.rs):

  taobao        two reports as CSV in GB18030, CRLF, every cell in quotes, order numbers as ="123", phones after a '
  taobao-items  one report as a workbook of text cells, with a line of title above the heading
  jd            CSV in GB18030, CRLF, a row an item; a time that is not there is 0001-01-01 00:00:00
  jd-presale    the same with a deposit and a balance
  douyin        CSV in UTF-8 with a byte order mark, CRLF, a tab after each number; a time that is not there is -
  pinduoduo     CSV in UTF-8 with a byte order mark, CRLF, a tab after each number
  youzan        two reports as CSV in UTF-8 with a byte order mark
  shopify       CSV in UTF-8, LF; what belongs to the order stands on its first row only
  woocommerce   CSV in UTF-8 with a byte order mark, LF
"""

import csv, io, pathlib, zipfile

OUT = pathlib.Path(__file__).resolve().parent.parent / "examples" / "exports"
TITLES = {"TEA-250": "明前龙井 250克", "CUP-01": "汝窑品茗杯", "KETTLE-2": "铁壶 1.2升"}
PRICES = {"TEA-250": 5900, "CUP-01": 8000, "KETTLE-2": 32900}

# number, buyer, state, ordered, paid, lines (sku, quantity, paid for the line in fen)
PAID, UNPAID, CLOSED, REFUNDED = "paid", "unpaid", "closed", "refunded"
ORDERS = [
    (1, "清风茶客88", PAID, "2025-11-01 20:00:03", "2025-11-01 20:00:41", [("TEA-250", 2, 10900), ("CUP-01", 1, 7900)]),
    (2, "t***1", PAID, "2025-11-01 20:00:05", "2025-11-01 20:00:25", [("KETTLE-2", 1, 32900), ("KETTLE-2", 1, 32900)]),
    (3, "慢半拍", UNPAID, "2025-11-01 20:00:01", "", [("TEA-250", 1, 5900)]),
    (4, "改主意了", CLOSED, "2025-11-01 20:00:02", "", [("CUP-01", 2, 16000)]),
    (5, "退货君", REFUNDED, "2025-11-01 20:01:10", "2025-11-01 20:01:30", [("CUP-01", 1, 8000)]),
    (6, "清风茶客88", PAID, "2025-11-01 20:00:50", "2025-11-01 20:00:59", [("TEA-250", 1, 5900)]),
    (7, "深巷酒家", PAID, "2025-11-02 09:14:20", "2025-11-02 09:15:00", [("CUP-01", 3, 24000)]),
    (8, "囍字头", PAID, "2025-11-03 12:00:00", "2025-11-03 12:00:09", [("TEA-250", 1, 5900), ("KETTLE-2", 1, 31900)]),
]
# Where each line has a state of its own: of two one was refunded.
PARTLY = (9, "半退", PAID, "2025-11-04 08:00:00", "2025-11-04 08:00:05", [("TEA-250", 1, 5900), ("CUP-01", 1, 8000)])


def state_of_line(order, at):
    return REFUNDED if order is PARTLY and at == 1 else order[2]


def yuan(fen):
    return f"{fen / 100:.2f}"


def paid_for(lines):
    return sum(fen for _, _, fen in lines)


def listed(lines):
    return sum(PRICES[sku] * quantity for sku, quantity, _ in lines)


def text(rows, quote=csv.QUOTE_MINIMAL, end="\r\n"):
    out = io.StringIO()
    csv.writer(out, quoting=quote, lineterminator=end).writerows(rows)
    return out.getvalue()


def save(name, data):
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def row(headings, **cells):
    """A row: cells by heading, the others empty."""
    unknown = set(cells) - set(headings)
    assert not unknown, unknown
    return [cells.get(heading, "") for heading in headings]


def split(words):
    return words.split(",")


def taobao():
    state = {PAID: "买家已付款，等待卖家发货", UNPAID: "等待买家付款", CLOSED: "交易关闭", REFUNDED: "交易关闭"}
    why = {CLOSED: "买家未付款", REFUNDED: "退款"}
    heads = split(
        "订单编号,买家会员名,买家支付宝账号,支付单号,支付详情,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,"
        "买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址,运送方式,联系电话,联系手机,订单创建时间,订单付款时间,宝贝标题,宝贝种类,"
        "物流单号,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,"
        "特权订金订单id,是否上传合同照片,是否上传小票,是否代付,定金排名,修改后的sku,修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,"
        "是否是O2O交易,退款金额,预约门店,确认收货时间,打款商家金额"
    )
    orders, items = [heads], []
    item_heads = split("订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码")
    items.append(item_heads)
    for number, buyer, of, ordered, paid, lines in ORDERS:
        order_id = f'="{4100000000000100000 + number}"'
        freight = 1000 if number == 7 else 0
        total = paid_for(lines) + freight
        orders.append(row(
            heads, 订单编号=order_id, 买家会员名=buyer, 买家应付货款=yuan(paid_for(lines)), 买家应付邮费=yuan(freight),
            总金额=yuan(total), 买家支付积分="0", 返点积分="0", 买家实际支付金额=yuan(total if paid else 0), 买家实际支付积分="0",
            订单状态=state[of], 收货人姓名="张*", 收货地址="浙江省 杭州市 西湖区 ****", 运送方式="快递", 联系手机="'139****0000",
            订单创建时间=ordered, 订单付款时间=paid, 宝贝标题=" ，".join(TITLES[sku] for sku, _, _ in lines),
            宝贝种类=str(len(lines)), 宝贝总数量=str(sum(q for _, q, _ in lines)), 店铺Id="0", 店铺名称="一壶春茶馆",
            订单关闭原因=why.get(of, "订单未关闭"), 卖家服务费="0", 买家服务费="0元", 是否手机订单="手机订单",
            退款金额=yuan(total if of == REFUNDED else 0), 打款商家金额="0.00元",
        ))
        for sku, quantity, _ in lines:
            items.append(row(
                item_heads, 订单编号=order_id, 标题=TITLES[sku], 价格=yuan(PRICES[sku]), 购买数量=str(quantity),
                外部系统编号=sku, 商品属性="颜色分类：原色", 订单状态=state[of], 商家编码=sku,
            ))
    save("taobao/ExportOrderList20251104.csv", text(orders, csv.QUOTE_ALL).encode("gb18030"))
    save("taobao/ExportItemList20251104.csv", text(items, csv.QUOTE_ALL).encode("gb18030"))


def taobao_items():
    state = {PAID: "买家已付款，等待卖家发货", UNPAID: "等待买家付款", CLOSED: "交易关闭", REFUNDED: "交易关闭"}
    heads = split(
        "子订单编号,主订单编号,商品标题,商品价格,购买数量,外部系统编号,商品属性,套餐信息,联系方式备注,订单状态,商家编码,支付单号,"
        "买家应付货款,买家实付金额,退款状态,退款金额,订单创建时间,订单付款时间,商品ID,备注标签,商家备注,主订单买家留言,发货时间,"
        "物流单号,物流公司,是否主动赔付,主动赔付金额,主动赔付出账时间"
    )
    rows = [["已卖出的宝贝 宝贝订单报表 2025-11-01 至 2025-11-03"], heads]
    for order in [*ORDERS, PARTLY]:
        number, _, _, ordered, paid, lines = order
        for at, (sku, quantity, fen) in enumerate(lines):
            of = state_of_line(order, at)
            refunded = of == REFUNDED
            rows.append(row(
                heads, 子订单编号=str(4100000000000200000 + 10 * number + at), 主订单编号=str(4100000000000100000 + number),
                商品标题=TITLES[sku], 商品价格=yuan(PRICES[sku]), 购买数量=str(quantity), 外部系统编号=sku,
                商品属性="颜色分类：原色", 订单状态=state[of], 商家编码=sku, 买家应付货款=yuan(fen),
                买家实付金额=yuan(fen if paid else 0), 退款状态="退款成功" if refunded else "没有申请退款",
                退款金额=yuan(fen) if refunded else "无退款申请", 订单创建时间=ordered, 订单付款时间=paid,
                商品ID=str(680000000000 + PRICES[sku]), 是否主动赔付="否",
            ))
    save("taobao-items/ExportOrderItems20251104.xlsx", workbook("sheet1", rows))


def workbook(name, rows):
    """A workbook of text cells, as programs write one that keep long numbers as text."""
    def escaped(cell):
        return cell.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def column(at):
        return column(at // 26 - 1) + chr(65 + at % 26) if at >= 26 else chr(65 + at)

    sheet = ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
             '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>']
    for number, cells in enumerate(rows, 1):
        sheet.append(f'<row r="{number}">')
        for at, cell in enumerate(cells):
            if cell:
                sheet.append(f'<c r="{column(at)}{number}" t="inlineStr"><is><t>{escaped(cell)}</t></is></c>')
        sheet.append("</row>")
    sheet.append("</sheetData></worksheet>")
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        f'xmlns:r="{office}"><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": "".join(sheet),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


JD_HEADS = (
    "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,订单类型,下单帐号,"
    "客户姓名,客户地址,联系电话,订单备注,发票类型,发票抬头,发票内容,商家备注,商家备注等级（等级1-5为由高到低）,运费金额,付款确认时间,"
    "增值税发票,货号,订单完成时间,订单来源,订单渠道,送装服务,服务费,仓库ID,仓库名称"
)
NO_TIME = "0001-01-01 00:00:00"


def jd():
    state = {PAID: "等待出库", UNPAID: "等待付款", CLOSED: "(删除)等待付款", REFUNDED: "(删除)等待出库"}
    heads = split(JD_HEADS)
    rows = [heads]
    for number, buyer, of, ordered, paid, lines in ORDERS:
        merged = {}
        for sku, quantity, _ in lines:
            merged[sku] = merged.get(sku, 0) + quantity
        for sku, quantity in merged.items():
            rows.append(row(
                heads, 订单号=str(310000100000 + number), 商品ID=str(10060000000000 + PRICES[sku]), 商品名称=TITLES[sku],
                订购数量=str(quantity), 支付方式="在线支付", 下单时间=ordered, 京东价=yuan(PRICES[sku]),
                订单金额=yuan(listed(lines)), 结算金额=yuan(paid_for(lines)), 余额支付="0.00", 应付金额=yuan(paid_for(lines)),
                订单状态=state[of], 订单类型="SOP", 下单帐号=f"jd_{buyer}", 客户姓名="张*", 客户地址="北京市****",
                联系电话="139****0000", 发票类型="电子发票", 运费金额="0.00", 付款确认时间=paid or NO_TIME, 货号=sku,
                订单完成时间=NO_TIME, 订单来源="APP订单", 服务费="0.00",
            ))
    save("jd/orders.csv", text(rows).encode("gb18030"))


def jd_presale():
    heads = split(JD_HEADS + ",定金支付时间,尾款开始时间,尾款结束时间,尾款支付时间")
    rows = [heads]
    opens, closes = "2025-11-10 20:00:00", "2025-11-12 00:00:00"
    placed = [
        (11, "早鸟", "等待出库", "2025-11-01 20:00:02", "2025-11-01 20:00:09", "2025-11-10 20:03:00", "KETTLE-2", 1),
        (12, "夜猫子", "等待出库", "2025-11-01 20:00:01", "2025-11-01 20:00:07", "2025-11-11 23:59:58", "KETTLE-2", 2),
        (13, "只付定金", "等待付款", "2025-11-01 20:00:00", "2025-11-01 20:00:05", "", "KETTLE-2", 1),
        (14, "只看看", "(删除)等待付款", "2025-11-01 20:00:04", "", "", "CUP-01", 1),
        (15, "补一单", "等待出库", "2025-11-02 10:00:00", "2025-11-02 10:00:30", "2025-11-10 20:00:00", "CUP-01", 2),
    ]
    for number, buyer, state, ordered, deposit, balance, sku, quantity in placed:
        paid = PRICES[sku] * quantity
        rows.append(row(
            heads, 订单号=str(310000200000 + number), 商品ID=str(10060000000000 + PRICES[sku]), 商品名称=TITLES[sku],
            订购数量=str(quantity), 支付方式="在线支付", 下单时间=ordered, 京东价=yuan(PRICES[sku]), 订单金额=yuan(paid),
            结算金额=yuan(paid), 余额支付="0.00", 应付金额=yuan(paid), 订单状态=state, 订单类型="SOP", 下单帐号=f"jd_{buyer}",
            客户姓名="张*", 客户地址="北京市****", 联系电话="139****0000", 运费金额="0.00", 付款确认时间=balance or NO_TIME, 货号=sku,
            订单完成时间=NO_TIME, 定金支付时间=deposit or NO_TIME, 尾款开始时间=opens, 尾款结束时间=closes,
            尾款支付时间=balance or NO_TIME,
        ))
    save("jd-presale/orders.csv", text(rows).encode("gb18030"))


def douyin():
    state = {PAID: "待发货", UNPAID: "待支付", CLOSED: "已关闭", REFUNDED: "已关闭"}
    after = {REFUNDED: "退款成功"}
    heads = split(
        "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,平台优惠,商家优惠,"
        "达人优惠,商家改价,支付优惠,红包抵扣,支付方式,手续费,收件人,收件人手机号,省,市,区,街道,详细地址,是否修改过地址,买家留言,"
        "订单提交时间,旗帜颜色,商家备注,订单完成时间,支付完成时间,APP渠道,流量来源,订单状态,承诺发货时间,订单类型,鲁班落地页ID,"
        "达人ID,达人昵称,所属门店ID,售后状态,取消原因,预约发货时间,仓库ID,仓库名称,是否安心购,广告渠道,流量类型,流量体裁,流量渠道,"
        "发货主体,发货主体明细,发货时间,降价类优惠,平台实际承担优惠金额,商家实际承担优惠金额,达人实际承担优惠金额"
    )
    rows = [heads]
    for order in [*ORDERS, PARTLY]:
        number, _, _, ordered, paid, lines = order
        for at, (sku, quantity, fen) in enumerate(lines):
            of = state_of_line(order, at)
            rows.append(row(
                heads, 主订单编号=f"{6920000000000100000 + number}\t", 子订单编号=f"{6920000000000200000 + 10 * number + at}\t",
                选购商品=TITLES[sku], 商品规格="原色", 商品数量=f"{quantity}\t", 商品ID=f"{3600000000000000000 + PRICES[sku]}\t",
                商家编码=f"{sku}\t", 商品单价=f"{yuan(PRICES[sku])}\t", 订单应付金额=f"{yuan(fen)}\t", 运费="0.00\t",
                优惠总金额=f"{yuan(PRICES[sku] * quantity - fen)}\t", 支付方式="支付宝" if paid else "-", 收件人="张*",
                收件人手机号="1*********0", 省="浙江省", 市="杭州市", 区="西湖区", 详细地址="****", 是否修改过地址="否",
                订单提交时间=f"{ordered}\t", 订单完成时间="-", 支付完成时间=f"{paid}\t" if paid else "-", APP渠道="抖音",
                流量来源="鲁班广告" if number == 7 else "自然流量", 订单状态=state[of], 订单类型="普通订单",
                售后状态=after.get(of, "-"), 取消原因="超时未支付" if of == CLOSED else "-", 是否安心购="是", 发货时间="-",
            ))
    save("douyin/orders.csv", text(rows).encode("utf-8-sig"))


def pinduoduo():
    state = {PAID: "待发货", REFUNDED: "未发货，退款成功"}
    heads = split(
        "商品,订单号,订单状态,是否审核中,商品总价(元),店铺优惠折扣(元),平台优惠折扣(元),邮费(元),用户实付金额(元),商家实收金额(元),"
        "商品数量(件),收货人,手机,省,市,区,街道,支付时间,拼单成功时间,订单确认时间,承诺发货时间,发货时间,确认收货时间,商品id,商品规格,"
        "样式ID,商家编码-SKU维度,商家编码-商品维度,快递单号,快递公司,商家备注,售后状态,买家留言"
    )
    rows = [heads]
    for number, _, of, _, paid, lines in ORDERS:
        if not paid:
            continue
        # An order is of one SKU there: several make as many orders.
        for at, (sku, quantity, fen) in enumerate(lines):
            whole = PRICES[sku] * quantity
            rows.append(row(
                heads, 商品=TITLES[sku], 订单号=f"251101-{100000000000000 + 10 * number + at}\t", 订单状态=state[of], 是否审核中="否",
                **{"商品总价(元)": f"{yuan(whole)}\t", "店铺优惠折扣(元)": f"{yuan(whole - fen)}\t", "平台优惠折扣(元)": "0.00\t",
                   "邮费(元)": "0.00\t", "用户实付金额(元)": f"{yuan(fen)}\t", "商家实收金额(元)": f"{yuan(fen)}\t",
                   "商品数量(件)": f"{quantity}\t", "商家编码-SKU维度": f"{sku}\t", "商家编码-商品维度": f"{sku}\t"},
                支付时间=f"{paid}\t", 拼单成功时间=f"{paid}\t", 订单确认时间=f"{paid}\t", 商品id=f"{300000000000 + PRICES[sku]}\t",
                商品规格="原色", 样式ID=f"{900000000000 + PRICES[sku]}\t", 售后状态="退款成功" if of == REFUNDED else "无售后或售后取消",
            ))
    save("pinduoduo/orders.csv", text(rows).encode("utf-8-sig"))


def youzan():
    state = {PAID: "待发货", UNPAID: "待付款", CLOSED: "交易关闭", REFUNDED: "交易关闭"}
    heads = split(
        "订单号,订单类型,订单状态,付款方式,支付流水号,归属店铺,配送方式,商品金额合计,运费,店铺优惠合计,应收订单金额,订单实付金额,"
        "买家昵称,买家姓名,买家手机号,买家是否会员,下单次数,收货人/提货人,收货人手机号/提货人手机号,收货人省份,收货人城市,收货人地区,"
        "详细收货地址/提货地址,全部商品名称,商品种类数,订单商品总件数,订单创建时间,买家付款时间,交易成功时间,买家备注,商家订单备注,订单退款状态"
    )
    item_heads = split(
        "订单号,外部订单号,订单商品状态,交易成功时间,商品名称,商品类型,商品类目,商品规格,规格编码,商品编码,商品单价,商品成本价,商品优惠方式,"
        "商品优惠后价格,商品数量,商品金额小计,店铺优惠（分摊）,商品实际成交金额,商品抵用积分数,商品留言,收货人/提货人,"
        "收货人手机号/提货人手机号,收货人省份,收货人城市,收货人地区,详细收货地址/提货地址,买家备注,商品发货状态,商品发货方式,"
        "商品发货物流公司,商品发货物流单号,发货员工,商品发货时间,商品退款状态,商品已退款金额,商家订单备注,周期购信息"
    )
    orders, items = [heads], [item_heads]
    for number, buyer, of, ordered, paid, lines in ORDERS:
        order_id = f"E2025110120000{number:03}00004{number:05}"
        orders.append(row(
            heads, 订单号=order_id, 订单类型="普通订单", 订单状态=state[of], 付款方式="微信支付" if paid else "", 归属店铺="一壶春茶馆",
            配送方式="快递", 商品金额合计=yuan(listed(lines)), 运费="0.00", 店铺优惠合计=yuan(listed(lines) - paid_for(lines)),
            应收订单金额=yuan(paid_for(lines)), 订单实付金额=yuan(paid_for(lines) if paid else 0), 买家昵称=buyer, 买家姓名="张*",
            买家手机号="139****0000", 买家是否会员="否", 下单次数="1次", 收货人省份="浙江省", 收货人城市="杭州市", 收货人地区="西湖区",
            全部商品名称=";".join(f"{TITLES[s]}({q}件)" for s, q, _ in lines), 商品种类数=str(len(lines)),
            订单商品总件数=str(sum(q for _, q, _ in lines)), 订单创建时间=ordered, 买家付款时间=paid,
            订单退款状态="全额退款完成" if of == REFUNDED else "",
        ))
        for sku, quantity, fen in lines:
            items.append(row(
                item_heads, 订单号=order_id, 订单商品状态=state[of], 商品名称=TITLES[sku], 商品类型="实物商品", 商品规格="原色",
                规格编码=sku, 商品编码=sku, 商品单价=yuan(PRICES[sku]), 商品数量=str(quantity),
                商品金额小计=yuan(PRICES[sku] * quantity), 商品实际成交金额=yuan(fen),
                **{"店铺优惠（分摊）": yuan(PRICES[sku] * quantity - fen)}, 商品发货状态="待发货" if of == PAID else "",
                商品已退款金额=yuan(fen if of == REFUNDED else 0),
            ))
    save("youzan/orders.csv", text(orders).encode("utf-8-sig"))
    save("youzan/items.csv", text(items).encode("utf-8-sig"))


WEST = [
    (1, "ana@example.com", "paid", "2025-11-28 20:00:03", "2025-11-28 20:00:41", [("TEA-250", 2, 1900, 0), ("CUP-01", 1, 1200, 0)]),
    (2, "ben@example.com", "paid", "2025-11-28 20:00:05", "2025-11-28 20:00:25", [("KETTLE-2", 1, 8900, 0), ("KETTLE-2", 1, 8900, 0)]),
    (3, "cleo@example.com", "pending", "2025-11-28 20:00:01", "", [("TEA-250", 1, 1900, 0)]),
    (4, "dan@example.com", "voided", "2025-11-28 20:00:02", "", [("CUP-01", 2, 1200, 0)]),
    (5, "eve@example.com", "refunded", "2025-11-28 20:01:10", "2025-11-28 20:01:30", [("CUP-01", 1, 1200, 0)]),
    (6, "ana@example.com", "paid", "2025-11-28 20:00:50", "2025-11-28 20:00:59", [("TEA-250", 1, 1900, 0)]),
    (7, "fay@example.com", "paid", "2025-11-29 09:14:20", "2025-11-29 09:15:00", [("CUP-01", 3, 1200, 300)]),
]
NAMES = {"TEA-250": "Longjing tea - 250 g", "CUP-01": "Ru ware cup", "KETTLE-2": "Iron kettle, 1.2 l"}


def shopify():
    heads = split(
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,"
        "Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
        "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
        "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,"
        "Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,"
        "Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
        "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,"
        "Risk Level,Source,Lineitem discount,Phone"
    )
    rows = [heads]
    for number, email, of, ordered, paid, lines in WEST:
        subtotal = sum(q * each - off for _, q, each, off in lines)
        off = sum(off for _, _, _, off in lines)
        cancelled = {"voided": "2025-11-28 20:30:00 +0800", "refunded": "2025-11-28 21:00:00 +0800"}
        of_order = {
            "Financial Status": of, "Paid at": f"{paid} +0800" if paid else "", "Fulfillment Status": "unfulfilled",
            "Accepts Marketing": "no", "Currency": "USD", "Subtotal": yuan(subtotal), "Shipping": "5.00", "Taxes": "0.00",
            "Total": yuan(subtotal + 500), "Discount Amount": yuan(off), "Shipping Method": "Standard", "Notes": "",
            "Billing Name": "A. N. Other", "Billing Country": "US", "Cancelled at": cancelled.get(of, ""),
            "Payment Method": "Shopify Payments" if paid else "", "Refunded Amount": yuan(subtotal + 500 if of == "refunded" else 0),
            "Outstanding Balance": yuan(subtotal + 500 if of == "pending" else 0), "Id": str(5100000000000 + number), "Risk Level": "Low",
            "Source": "web",
        }
        for at, (sku, quantity, each, line_off) in enumerate(lines):
            rows.append(row(
                heads, **{"Name": f"#{1000 + number}", "Email": email, "Created at": f"{ordered} +0800",
                          "Lineitem quantity": str(quantity), "Lineitem name": NAMES[sku], "Lineitem price": yuan(each),
                          "Lineitem sku": sku, "Lineitem requires shipping": "true", "Lineitem taxable": "true",
                          "Lineitem fulfillment status": "pending", "Vendor": "Tea House", "Lineitem discount": yuan(line_off)},
                **(of_order if at == 0 else {}),
            ))
    save("shopify/orders_export_1.csv", text(rows, end="\n").encode())


def woocommerce():
    state = {"paid": "Processing", "pending": "Pending payment", "voided": "Cancelled", "refunded": "Refunded"}
    heads = split(
        "Order Number,Order Status,Order Date,Paid Date,Customer Note,First Name (Billing),Last Name (Billing),Company (Billing),"
        "Address 1&2 (Billing),City (Billing),State Code (Billing),Postcode (Billing),Country Code (Billing),Email (Billing),"
        "Phone (Billing),First Name (Shipping),Last Name (Shipping),Address 1&2 (Shipping),City (Shipping),State Code (Shipping),"
        "Postcode (Shipping),Country Code (Shipping),Payment Method Title,Cart Discount Amount,Order Subtotal Amount,"
        "Shipping Method Title,Order Shipping Amount,Order Refund Amount,Order Total Amount,Order Total Tax Amount,SKU,Item #,"
        "Item Name,Quantity,Item Cost,Order Line Total,Coupon Code,Discount Amount"
    )
    rows = [heads]
    for number, email, of, ordered, paid, lines in WEST:
        subtotal = sum(q * each - off for _, q, each, off in lines)
        for at, (sku, quantity, each, off) in enumerate(lines, 1):
            rows.append(row(heads, **{
                "Order Number": str(7000 + number), "Order Status": state[of], "Order Date": ordered, "Paid Date": paid,
                "First Name (Billing)": "A.", "Last Name (Billing)": "Other", "Country Code (Billing)": "US",
                "Email (Billing)": email, "Phone (Billing)": "555-0100", "Payment Method Title": "Credit card" if paid else "",
                "Order Subtotal Amount": yuan(subtotal), "Order Shipping Amount": "5.00", "Order Total Amount": yuan(subtotal + 500),
                "Order Refund Amount": yuan(subtotal + 500 if of == "refunded" else 0), "SKU": sku, "Item #": str(at),
                "Item Name": NAMES[sku], "Quantity": str(quantity), "Item Cost": yuan(each),
                "Order Line Total": yuan(quantity * each - off), "Discount Amount": yuan(off),
            }))
    save("woocommerce/orders.csv", text(rows, end="\n").encode("utf-8-sig"))


for write in (taobao, taobao_items, jd, jd_presale, douyin, pinduoduo, youzan, shopify, woocommerce):
    write()
