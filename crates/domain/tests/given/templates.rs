//! Templates of messages that tests start from.

use domain::message::template::Template;
use serde_json::{Value as Json, json};

pub fn template(json: Json) -> Template {
    serde_json::from_value(json).unwrap()
}

/// An SMS that two providers know.
pub fn sms() -> Json {
    json!({
        "text": "您在{shop}的订单{order}({goods})待支付,请在{deadline}前支付",
        "signature": "老街茶铺",
        "host": "m.shop.cn",
        "providers": {
            "aliyun": {"code": "SMS_1", "parameters": {
                "shop": "{shop}", "no": "{order}", "goods": "{goods}", "by": "{deadline}前"
            }},
            "tencent": {"code": "1110", "parameters": ["{shop}", "{order}", "{goods}", "{deadline}"]}
        }
    })
}

pub fn wechat() -> Json {
    json!({"wechat": {
        "template_id": "t-1",
        "page": "pages/order?id={order}",
        "data": {
            "thing1": "{goods}", "character_string2": "{order}", "amount3": "{amount}", "time4": "{deadline}",
            "phrase5": "待付款", "number6": "{items}", "thing7": "{shop}请您付款"
        }
    }})
}

/// A template with one place of it changed: `null` takes it away.
pub fn changed(mut template: Json, place: &str, value: Json) -> Json {
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = if parent.is_empty() { &mut template } else { template.pointer_mut(parent).unwrap() };
    match (parent, value) {
        (Json::Array(list), value) => list[name.parse::<usize>().unwrap()] = value,
        (parent, Json::Null) => drop(parent.as_object_mut().unwrap().remove(name)),
        (parent, value) => parent[name] = value,
    }
    template
}
