//! The words that headings are made of, Chinese and English, and what each stands for.
//!
//! What always holds: headings are compared without case, blanks, signs and the unit in brackets, full-width letters as
//! half-width ones, so that `商品数量（件）` is `商品数量` and `Order Number` is `ordernumber`.

/// What a column may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The number of the order.
    OrderId,
    /// The number of the line within it: the sub-order.
    LineId,
    /// The order that it was split from.
    ParentId,
    /// Who bought.
    CustomerId,
    /// When it was placed.
    OrderedAt,
    /// When it, or its deposit, was paid.
    FirstPaidAt,
    /// When its balance was paid.
    BalancePaidAt,
    /// From when on the balance can be paid.
    BalanceOpensAt,
    /// Until when.
    BalanceClosesAt,
    /// When it was cancelled.
    ClosedAt,
    /// The state of the order, in the platform's words.
    Status,
    /// What was bought.
    Sku,
    /// How many.
    Quantity,
    /// What the line costs.
    LineAmount,
    /// What one of its units costs.
    UnitPrice,
    /// What was paid for all goods of the order.
    GoodsPaid,
    /// Freight of the order.
    Freight,
    /// How it was paid.
    Method,
}

impl Role {
    /// The key of the mapping that the role fills, and what people call it.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::OrderId => ("order_id", "订单号"),
            Self::LineId => ("line.id", "子订单号"),
            Self::ParentId => ("parent_id", "原单号"),
            Self::CustomerId => ("customer_id", "买家"),
            Self::OrderedAt => ("ordered_at", "下单时间"),
            Self::FirstPaidAt => ("first_paid_at", "付款时间"),
            Self::BalancePaidAt => ("balance_paid_at", "尾款支付时间"),
            Self::BalanceOpensAt => ("balance_opens_at", "尾款开始时间"),
            Self::BalanceClosesAt => ("balance_closes_at", "尾款结束时间"),
            Self::ClosedAt => ("closed.at", "关闭时间"),
            Self::Status => ("closed.status", "订单状态"),
            Self::Sku => ("sku", "商品编码"),
            Self::Quantity => ("quantity", "数量"),
            Self::LineAmount => ("amount", "商品金额"),
            Self::UnitPrice => ("unit_price", "单价"),
            Self::GoodsPaid => ("goods_paid", "货款"),
            Self::Freight => ("freight", "运费"),
            Self::Method => ("method", "支付方式"),
        }
    }

    /// What its values have to look like.
    pub const fn needs(self) -> Needs {
        match self {
            Self::OrderedAt
            | Self::FirstPaidAt
            | Self::BalancePaidAt
            | Self::BalanceOpensAt
            | Self::BalanceClosesAt
            | Self::ClosedAt => Needs::Time,
            Self::Quantity => Needs::Whole,
            Self::LineAmount | Self::UnitPrice | Self::GoodsPaid | Self::Freight => Needs::Amount,
            Self::OrderId
            | Self::LineId
            | Self::ParentId
            | Self::CustomerId
            | Self::Status
            | Self::Sku
            | Self::Method => Needs::Text,
        }
    }
}

/// The sorts of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A moment.
    Time,
    /// A whole number.
    Whole,
    /// A decimal number.
    Amount,
    /// Anything that is no moment.
    Text,
}

/// The headings of a role, set off by blanks: the whole heading, the best first, and parts that make it likely.
pub(super) struct Words {
    pub role: Role,
    pub whole: &'static str,
    pub part: &'static str,
}

const fn words(role: Role, whole: &'static str, part: &'static str) -> Words {
    Words { role, whole, part }
}

pub(super) const DICTIONARY: &[Words] = &[
    words(
        Role::OrderId,
        "主订单编号 主订单号 订单编号 订单号 订单id 平台订单号 平台单号 线上订单号 原始单号 \
         网店订单号 交易编号 交易号 单号 ordernumber orderid orderno ordernr ordersn ordercode \
         orderref order amazonorderid transactionid",
        "订单号 订单编号 单号 orderid orderno ordernumber bestellnummer pedido",
    ),
    words(
        Role::LineId,
        "子订单编号 子订单号 子订单id 商品订单编号 商品单号 子单号 明细编号 明细id 行号 orderitemid \
         orderlineid lineitemid lineid suborderid suborder suborderno itemid item lineno line",
        "子订单 suborder lineid",
    ),
    words(
        Role::ParentId,
        "父订单号 父订单编号 原订单号 原订单编号 母订单号 拆单原单号 parentorderid parentid \
         parentorder originalorderid",
        "",
    ),
    words(
        Role::CustomerId,
        "买家会员名 买家昵称 买家旺旺 下单帐号 下单账号 买家账号 买家帐号 买家id 会员名 会员号 会员id \
         会员编号 客户编号 客户id 客户号 用户id 用户编号 用户名 用户昵称 买家 会员 客户 顾客 昵称 \
         openid customerid customernumber customerno customer buyerid buyernick buyer buyername \
         userid username clientid memberid customeremail emailbilling email 邮箱 user",
        "会员 买家昵称 旺旺 customer buyer email kunde",
    ),
    words(
        Role::OrderedAt,
        "下单时间 订单创建时间 订单提交时间 拍下时间 创建时间 提交时间 交易创建时间 买家下单时间 \
         订单时间 订单成交时间 成交时间 下单日期 订单日期 createdat orderdate ordertime orderedat \
         placedat orderplacedat created createtime createdtime datecreated purchasedate \
         orderpurchasetimestamp placed ordered orderdatetime bestelldatum date 日期 时间",
        "下单 创建时间 拍下 created orderdate placed purchase",
    ),
    words(
        Role::FirstPaidAt,
        "定金支付时间 定金付款时间 订金支付时间 首款支付时间 首款时间 订单付款时间 付款时间 支付时间 \
         支付完成时间 买家付款时间 付款确认时间 付款日期 支付日期 paidat paiddate datepaid \
         paymentdate paymenttime paymentat paytime paid paidtime orderapprovedat paymentsdate deposit \
         depositpaidat firstpaidat",
        "付款时间 支付时间 付款日 paid payment bezahlt",
    ),
    words(
        Role::BalancePaidAt,
        "尾款支付时间 尾款付款时间 尾款支付完成时间 尾款时间 balancepaidat balance balancepaid",
        "尾款支付时间 尾款付款时间",
    ),
    words(
        Role::BalanceOpensAt,
        "尾款开始时间 尾款开放时间 尾款支付开始时间 尾款开始支付时间 balanceopensat balanceopens \
         opens",
        "尾款开始 尾款开放",
    ),
    words(
        Role::BalanceClosesAt,
        "尾款结束时间 尾款截止时间 尾款支付结束时间 尾款支付截止时间 balanceclosesat balancecloses",
        "尾款结束 尾款截止",
    ),
    words(
        Role::ClosedAt,
        "取消时间 关闭时间 订单取消时间 订单关闭时间 交易关闭时间 退款完成时间 cancelledat canceledat \
         closedat canceldate cancelled cancelledon",
        "取消时间 关闭时间 cancelledat canceledat",
    ),
    words(
        Role::Status,
        "订单状态 交易状态 主订单状态 状态 单据状态 平台状态 线上状态 系统状态 处理状态 订单商品状态 orderstatus \
         financialstatus paymentstatus status orderstate state",
        "订单状态 单据状态 交易状态 orderstatus 状态 status",
    ),
    words(
        Role::Sku,
        "商家编码sku维度 商家编码 商家sku编码 商家sku 规格编码 sku编码 sku skuid skuno skucode \
         外部系统编号 货号 货品编号 货品编码 商品编码 商品编号 商品代码 商品条码 条码 商品id 宝贝id \
         样式id lineitemsku itemsku productsku variantsku sellersku productid productcode itemcode \
         articleno article product goods 商品名称 商品标题 宝贝标题 商品 货品名称 lineitemname \
         itemname productname",
        "sku 商家编码 货号 商品编",
    ),
    words(
        Role::Quantity,
        "购买数量 商品数量 订购数量 下单数量 销售数量 数量 件数 商品件数 lineitemquantity \
         itemquantity quantity qty units orderquantity quantityordered menge cantidad",
        "数量 quantity qty",
    ),
    words(
        Role::LineAmount,
        "商品实际成交金额 商品实付金额 商品成交金额 分摊后金额 实付分摊金额 买家应付货款 用户实付金额 \
         订单应付金额 买家实付金额 实付金额 成交金额 子订单金额 商品金额 商品金额小计 商品总价 小计 \
         金额 orderlinetotal linetotal lineamount itemtotal lineitemtotal itemamount amount total \
         应付金额 价税合计",
        "实付 成交金额 应付货款 linetotal",
    ),
    words(
        Role::UnitPrice,
        "商品单价 单价 商品价格 价格 京东价 成交单价 成交价 销售价 售价 lineitemprice unitprice \
         itemprice itemcost price productprice saleprice preis precio",
        "单价 unitprice",
    ),
    words(
        Role::GoodsPaid,
        "买家应付货款 结算金额 订单实付金额 应收订单金额 实收款 subtotal ordersubtotalamount \
         ordersubtotal",
        "",
    ),
    words(
        Role::Freight,
        "买家应付邮费 运费金额 运费 邮费 快递费 shipping ordershippingamount shippingamount \
         shippingcost freight postage",
        "运费 邮费",
    ),
    words(
        Role::Method,
        "支付方式 付款方式 paymentmethod paymentmethodtitle paymenttype",
        "支付方式 付款方式",
    ),
];

/// Parts of headings of columns that name people, or where they may be reached.
const PERSONAL: &str = "姓名 收货人 收件人 提货人 手机 电话 地址 街道 身份证 邮箱 留言 备注 支付宝 会员名 昵称 帐号 \
    账号 抬头 买家 客户 顾客 旺旺 用户 openid phone address street city zip postcode email \
    company customer buyer note firstname lastname billingname shippingname username recipient \
    受理人 mobile tel";

/// A heading as it is compared.
pub(super) fn plain(heading: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for letter in heading.chars().map(half_width) {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            // What stands in brackets is a unit, as 元; words in them, as Billing, belong to the name.
            _ if depth > 0 && !letter.is_ascii_alphanumeric() => {}
            _ if letter.is_alphanumeric() => plain.extend(letter.to_lowercase()),
            _ => {}
        }
    }
    plain
}

fn half_width(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

/// Whether a column of that heading may name people.
pub(super) fn is_personal(heading: &str) -> bool {
    let plain = plain(heading);
    PERSONAL.split_whitespace().any(|part| plain.contains(part))
}

/// How well a heading fits a role: the whole word from 1000 down, a part of it from 300 down, else nothing.
pub(super) fn fit(words: &Words, plain: &str) -> Option<u32> {
    let place = |list: &str, fits: &dyn Fn(&str) -> bool| list.split_whitespace().position(fits);
    let score = |from: u32, at: usize| from - u32::try_from(at).unwrap_or(100).min(100);
    if let Some(at) = place(words.whole, &|word| word == plain) {
        return Some(score(1000, at));
    }
    place(words.part, &|part| plain.contains(part)).map(|at| score(300, at))
}

/// Whether the heading is a word of the dictionary.
pub(super) fn is_known(heading: &str) -> bool {
    let plain = plain(heading);
    DICTIONARY.iter().any(|words| words.whole.split_whitespace().any(|word| word == plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_compared_by_their_words() {
        for (heading, plain_heading) in [
            ("商品数量（件）", "商品数量"),
            ("商品总价(元)", "商品总价"),
            ("Order Number", "ordernumber"),
            ("\u{feff}订单号 ", "订单号"),
            ("Email (Billing)", "emailbilling"),
            ("ＳＫＵ编码", "sku编码"),
            ("Item #", "item"),
            ("商家编码-SKU维度", "商家编码sku维度"),
        ] {
            assert_eq!(plain(heading), plain_heading, "{heading}");
        }
    }

    #[test]
    fn no_word_stands_for_two_roles_but_the_amounts_that_may() {
        let mut seen = std::collections::BTreeMap::new();
        for words in DICTIONARY {
            for word in words.whole.split_whitespace() {
                assert_eq!(plain(word), word, "a word is written as it is compared");
                if let Some(other) = seen.insert(word, words.role) {
                    assert!(word.contains("应付货款"), "{word}: {other:?} and {:?}", words.role);
                }
            }
        }
    }

    #[test]
    fn people_are_known_by_the_heading() {
        for heading in
            ["收货人姓名", "联系手机", "买家会员名", "Email", "Shipping Address1", "买家留言", "下单帐号"]
        {
            assert!(is_personal(heading), "{heading}");
        }
        for heading in ["订单号", "商家编码", "Lineitem price", "下单时间"] {
            assert!(!is_personal(heading), "{heading}");
        }
    }
}
