//! Which query parameters each address takes, as the `OpenAPI` document says.
//!
//! Always holds: a parameter that the address does not take is refused by its name, at every address that asks for a
//! key. A slip of the pen would show too much, or do what was only to be tried.

use crate::wire::problem::Problem;
use axum::extract::MatchedPath;
use axum::http::{Method, request::Parts};
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::openapi::{OpenApi, RefOr, path::Operation, path::ParameterIn};

/// The parameters by method and address.
#[derive(Debug, Clone)]
pub struct Known(Arc<HashMap<(Method, String), Vec<String>>>);

impl Known {
    /// Of every address in the document.
    pub fn of(document: &OpenApi) -> Self {
        let mut known = HashMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    known.insert((method, path.clone()), names(operation));
                }
            }
        }
        Self(Arc::new(known))
    }

    /// Refuses a query that cannot be read, and a parameter that the address does not take.
    fn check(&self, parts: &Parts) -> Result<(), Problem> {
        let Some(query) = parts.uri.query().filter(|query| !query.is_empty()) else { return Ok(()) };
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let method = if parts.method == Method::HEAD { Method::GET } else { parts.method.clone() };
        let known = self.0.get(&(method, path.to_owned())).map(Vec::as_slice).unwrap_or_default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let [name, value] = [name, value].map(decoded);
            let (Some(name), Some(_)) = (name, value) else {
                return Err(Problem::malformed_query(pair));
            };
            if !known.contains(&name) {
                let message = match known {
                    [] => "this address takes no parameters".to_owned(),
                    known => format!("not one of {}", known.join(", ")),
                };
                return Err(Problem::invalid_body(&name, &message));
            }
        }
        Ok(())
    }
}

fn names(operation: &Operation) -> Vec<String> {
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    let of_query = parameters.filter(|parameter| matches!(parameter.parameter_in, ParameterIn::Query));
    of_query.map(|parameter| parameter.name.clone()).collect()
}

/// Refuses what the address does not take, by the list that the router carries.
pub fn check(parts: &Parts) -> Result<(), Problem> {
    match parts.extensions.get::<Known>() {
        Some(known) => known.check(parts),
        None => unreachable!("the router carries what its addresses take"),
    }
}

/// Percent-encoded UTF-8; `None` for anything else.
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_percent_encoded_utf8() {
        for (text, expected) in [
            ("", Some("")),
            ("a+b", Some("a b")),
            ("%E5%BC%A0%e4%b8%89", Some("张三")),
            ("100%25", Some("100%")),
            ("a%2Bb%26%3D", Some("a+b&=")),
            ("%ff", None),
            ("%E5%BC", None),
            ("%C0%AF", None),
            ("%ED%A0%80", None),
            ("100%", None),
            ("%2", None),
            ("%zz", None),
            ("%+1", None),
        ] {
            assert_eq!(decoded(text).as_deref(), expected, "{text}");
        }
    }
}
