//! Mappings that come with the program: order exports as common platforms shape them (`examples/exports/`), and Olist.
//!
//! What always holds: the texts are those of the files there, so that what a reader finds in the repository is what an
//! installed program uses. A name is used where a mapping file could be: `--mapping taobao`.

/// A mapping that comes with the program.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// What it is asked for by.
    pub name: &'static str,
    /// The export that it is for, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// Its text for a pool or an intake.
    pub pool: &'static str,
    /// Its text for a replay, where the export holds what a replay needs.
    pub replay: Option<&'static str>,
}

macro_rules! text {
    ($path:literal) => {
        include_str!(concat!("../../../examples/exports/", $path))
    };
}

/// All of them.
pub const ALL: &[Shipped] = &[
    Shipped {
        name: "taobao",
        zh: "淘宝/天猫：订单报表 + 宝贝报表",
        en: "Taobao, Tmall: order report and item report",
        pool: text!("taobao/pool.toml"),
        replay: Some(text!("taobao/replay.toml")),
    },
    Shipped {
        name: "taobao-items",
        zh: "淘宝/天猫：宝贝订单报表（单份）",
        en: "Taobao, Tmall: the one report of sub-orders",
        pool: text!("taobao-items/pool.toml"),
        replay: Some(text!("taobao-items/replay.toml")),
    },
    Shipped {
        name: "jd",
        zh: "京东：订单导出",
        en: "JD: export of orders",
        pool: text!("jd/pool.toml"),
        replay: Some(text!("jd/replay.toml")),
    },
    Shipped {
        name: "jd-presale",
        zh: "京东：带定金与尾款时间的订单导出",
        en: "JD: export of orders with the times of deposit and balance",
        pool: text!("jd-presale/pool.toml"),
        replay: None,
    },
    Shipped {
        name: "douyin",
        zh: "抖店：订单导出（商品单维度）",
        en: "Douyin: export of orders by item",
        pool: text!("douyin/pool.toml"),
        replay: Some(text!("douyin/replay.toml")),
    },
    Shipped {
        name: "pinduoduo",
        zh: "拼多多：订单批量导出",
        en: "Pinduoduo: batch export of orders",
        pool: text!("pinduoduo/pool.toml"),
        replay: None,
    },
    Shipped {
        name: "youzan",
        zh: "有赞：订单报表 + 商品报表",
        en: "Youzan: report of orders and report of goods",
        pool: text!("youzan/pool.toml"),
        replay: Some(text!("youzan/replay.toml")),
    },
    Shipped {
        name: "shopify",
        zh: "Shopify：订单导出",
        en: "Shopify: export of orders",
        pool: text!("shopify/pool.toml"),
        replay: Some(text!("shopify/replay.toml")),
    },
    Shipped {
        name: "woocommerce",
        zh: "WooCommerce：插件 Advanced Order Export",
        en: "WooCommerce: the plugin Advanced Order Export",
        pool: text!("woocommerce/pool.toml"),
        replay: Some(text!("woocommerce/replay.toml")),
    },
    Shipped {
        name: "olist",
        zh: "Olist 公开数据集（巴西，2016 至 2018）",
        en: "Olist, a public data set (Brazil, 2016 to 2018)",
        pool: include_str!("../../../examples/pool/olist.toml"),
        replay: Some(include_str!("../../../examples/replay/olist.toml")),
    },
];

/// The mapping of that name.
pub fn find(name: &str) -> Option<&'static Shipped> {
    ALL.iter().find(|known| known.name == name)
}

/// The names of all.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|known| known.name)
}

/// The text of the mapping of that name, for a pool or an intake.
pub fn text(name: &str) -> Option<&'static str> {
    find(name).map(|known| known.pool)
}

/// The names as they stand in messages.
pub fn listed() -> String {
    names().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{mapping::Mapping, pool::PoolMapping};

    #[test]
    fn every_shipped_mapping_can_be_used() {
        for known in ALL {
            let read = PoolMapping::parse(known.pool, known.name, None);
            assert!(read.is_ok(), "{}: {:?}", known.name, read.err());
            let replayed = known.replay.map(|text| Mapping::parse(text, known.name));
            assert!(replayed.as_ref().is_none_or(Result::is_ok), "{}: {replayed:?}", known.name);
        }
        assert_eq!(text("no-such"), None);
    }
}
