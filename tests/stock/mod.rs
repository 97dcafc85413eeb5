mod buying;
mod ledger;
mod moving;
mod pages;
mod races;
mod supplies;
