pub struct Sound;

impl Sound {
    fn whole(&self) -> i32 {
        helper(1)
    }
}

fn torn(a: ) {
    let = ;
}

/// Still found.
fn after(value: Sound) -> i32 {
    value.whole()
}
