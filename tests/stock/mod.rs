mod buying;
mod care;
mod ledger;
mod model;
mod moving;
mod pages;
mod races;
mod supplies;
