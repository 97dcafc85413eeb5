//! What of the day stands on the front page of whoever treats.

use super::views::StaffHome;
use crate::consultation::Item;
use crate::consultation::model::DayItem;

impl StaffHome {
    /// What this person has begun and not finished.
    pub fn unfinished(&self) -> Vec<&Item> {
        let others = [DayItem::Booking, DayItem::Procedure];
        self.day.iter().filter(|item| !others.contains(&item.what)).collect()
    }

    /// What is planned to be done for people who are here.
    pub fn planned(&self) -> Vec<&Item> {
        self.day.iter().filter(|item| item.what == DayItem::Procedure).collect()
    }

    /// Who is booked with this person today.
    pub fn booked(&self) -> Vec<&Item> {
        self.day.iter().filter(|item| item.what == DayItem::Booking).collect()
    }
}
