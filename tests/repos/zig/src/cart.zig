//! Carts and what is in them.
const std = @import("std");
const Allocator = std.mem.Allocator;
const item = @import("item.zig");
const Item = @import("item.zig").Item;
pub usingnamespace @import("extra.zig");
const c = @cImport({
    @cInclude("stdio.h");
});

/// How many items a cart holds.
pub const max_items: usize = 10;
const MAX_OWNERS = 3;
var open_carts: u32 = 0;
threadlocal var depth: usize = 0;
extern fn puts(text: [*:0]const u8) c_int;

/// A basket of things.
/// It keeps their order.
pub const Cart = struct {
    const Self = @This();
    pub const Owner = []const u8;

    /// What is in it.
    items: std.ArrayList(Item),
    owner: Owner = "nobody",
    allocator: Allocator,

    /// Build an empty cart.
    pub fn init(allocator: Allocator, owner: []const u8) !Self {
        open_carts += 1;
        return Self{
            .items = std.ArrayList(Item).init(allocator),
            .owner = owner,
            .allocator = allocator,
        };
    }

    pub fn deinit(self: *Self) void {
        for (self.items.items) |*each| each.deinit();
        self.items.deinit();
    }

    pub fn total(self: Cart) f64 {
        var sum: f64 = 0;
        const Local = struct {
            fn step(a: f64, b: f64) f64 {
                return add(a, b);
            }
        };
        for (self.items.items) |each| sum = Local.step(sum, each.price());
        return @floatCast(sum);
    }

    pub const Line = struct {
        count: u32,

        pub fn total(self: Line) u32 {
            return self.count;
        }
    };
};

pub const Status = enum(u8) {
    open,
    closed = 4,

    pub fn label(self: Status) []const u8 {
        return switch (self) {
            .open => "open",
            .closed => "closed",
        };
    }
};

pub const Value = union(enum) {
    int: i64,
    text: []const u8,
};

pub const Error = error{ Empty, Full };
const Handle = opaque {};
const Grid = packed struct { x: u8, y: u8 };

/// A stack of anything.
pub fn Stack(comptime T: type) type {
    return struct {
        const Node = struct { value: T, next: ?*Node };
        head: ?*Node = null,

        pub fn push(self: *@This(), value: T) Error!void {
            self.head = try makeNode(T, value);
        }
    };
}

fn add(a: f64, b: f64) f64 {
    return a + b;
}

pub inline fn @"größe"(cart: *const Cart) usize {
    const text =
        \\pub fn notAFunction() void {}
    ;
    _ = text;
    return cart.items.items.len;
}

comptime {
    std.testing.refAllDecls(@This());
}

test "cart totals" {
    var cart = try Cart.init(std.testing.allocator, "me");
    defer cart.deinit();
    try std.testing.expectEqual(@as(f64, 0), cart.total());
}

test add {
    _ = add(1, 2);
}
