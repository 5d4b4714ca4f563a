const std = @import("std");

pub fn fine() u32 {
    return helper(1);
}

pub fn half( = {
    return;
}

pub fn afterError() u32 {
    return fine();
}
