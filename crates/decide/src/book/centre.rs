//! What the message centre keeps of customers and of packs, in the working set.

use super::facts::Facts;
use domain::{
    CustomerId, ShopId,
    message::{
        addressee::Addressee,
        numbers::{Number, NumberKey},
    },
};
use port::PackRow;

impl Facts {
    /// Keeps what a decision made of them.
    pub(super) fn apply_centre(
        &mut self,
        shop_id: &ShopId,
        packs: Vec<PackRow>,
        addressees: Vec<(CustomerId, Addressee)>,
        numbers: Vec<(NumberKey, Number)>,
    ) {
        for pack in packs {
            self.tables.packs.put((shop_id.clone(), pack.purchase_id.clone()), pack);
        }
        for (customer, addressee) in addressees {
            self.tables.addressees.put((shop_id.clone(), customer), addressee);
        }
        for (key, number) in numbers {
            self.tables.numbers.put((shop_id.clone(), key), number);
        }
    }
}
