//! In which order the prizes of a sprint go.

use crate::tables::OfShop;
use domain::sprint::PlacesKey;
use port::Places;

/// Who stands in a stretch of those who have reached a tier.
pub fn places(of: &OfShop, key: &PlacesKey) -> Places {
    let of_tier = of.places.iter().filter(|(campaign, wave, tier, ..)| {
        (campaign, wave, tier) == (&key.campaign_id, &key.wave_id, &key.tier)
    });
    let places = of_tier.map(|(.., at, customer)| (*at, customer.clone()));
    let behind = places.filter(|place| key.after.as_ref().is_none_or(|after| place > after));
    behind.take(key.limit).collect()
}
