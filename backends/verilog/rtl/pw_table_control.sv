// What a pw_table does besides accesses: it clears the rows, carries out the host's operations, and changes the hash
// functions when keys can't be placed.
//
// A change of functions: new bits `mix` (pw_table_hash) are shifted in, one bit a clock. Then each place of the rows is looked at; a key that would
// not be found there any more is lifted into the stash, from where it is moved as ever. When moves come to nothing while the
// stash is full, it starts again with others. Every key stands in a place of its own all the time.
module pw_table_control #(
    parameter integer KEY = 32,
    parameter integer N = 8,  // places of the rows with one number, a power of two
    parameter integer PLACES = 2,  // of them in one way, a power of two
    parameter integer PICK = 3,  // bits of a number below N
    parameter integer ROW_BITS = 4,
    parameter integer SLOT_BITS = 4,
    parameter integer INDEX = 4,  // bits of a number of a stash entry
    parameter integer LAST = 1,  // clocks of hold in which an access can still be issued
    parameter integer HOST_ADDRESS = 32
) (
    input  wire                        clk,
    input  wire                        rst,
    output wire                        restart,  // everything as after reset
    output wire                        clearing,
    output wire [ROW_BITS-1:0]         at,  // row that is cleared, looked at or lifted from
    output wire [PICK-1:0]             pick,  // which of its places
    output wire [2*KEY-1:0]            mix,
    output wire [31:0]                 random,
    input  wire                        random_step,
    // moves
    output wire                        may_move,
    output wire                        rehashing,
    output wire                        seeding,
    input  wire                        hold,
    input  wire                        quiet,  // in the last clock nothing was on the way and nothing to be moved
    input  wire                        exhausted,  // because too many moves came to nothing
    input  wire                        stash_full,
    // accesses of its own
    input  wire                        access_enable,
    output wire                        host_go,
    output wire                        look_go,
    output wire                        load_host,  // its key into the register in front of the hash
    output wire                        load_stash,  // or an entry of the stash
    output wire [INDEX-1:0]            load_number,  // which one
    output wire                        load_looked,  // or what was looked at
    output wire                        keep_looked,  // that is still wanted in the next clock
    output wire                        lift,  // it goes to the stash, its place becomes empty
    input  wire                        misplaced,  // that doesn't belong here (two clocks behind load_looked)
    // results
    input  wire                        host_decided,
    input  wire [SLOT_BITS+1:0]        host_result,
    input  wire                        looked,
    input  wire                        entry_valid,  // is there anything at the place?
    input  wire [KEY+SLOT_BITS:0]      own_entry,  // the register that is loaded: {key, slot, valid}; valid: in the clock behind load_stash
    // the host
    input  wire                        host_begin,
    input  wire                        host_write,
    input  wire [HOST_ADDRESS-1:0]     host_address,
    input  wire [1:0]                  host_operation,
    output wire                        host_done,
    output wire [KEY+SLOT_BITS+2:0]    host_rdata
);
  localparam integer BITS = 2 * KEY;
  localparam integer COUNT = $clog2(BITS + 1);
  localparam integer AGE = $clog2(LAST + 9);
  localparam integer PLACE_BITS = $clog2(PLACES);
  localparam [4:0] CLEAR = 0, REST = 1, OPERATE = 2, DECIDE = 3, LOOK = 4, SEE = 5, STASH = 6, DONE = 7;
  localparam [4:0] SHOW = 16, SEED = 8, SCAN = 9, SCANNED = 10, HASH = 11, COMPARE = 12, LIFT = 13, LIFTED = 14, DRAIN = 15;
  localparam [PICK-1:0] LAST_PICK = PICK'(N - 1);
  localparam [ROW_BITS-1:0] LAST_ROW = {ROW_BITS{1'b1}};

  reg [4:0] state;
  reg pending, operated, emptying, all_seen, stash_loaded;
  reg [ROW_BITS-1:0] row;
  reg [PICK-1:0] place;
  reg [COUNT-1:0] seeded;
  reg [AGE-1:0] age;  // clocks of hold, up to LAST + 8: no packet has an access to come then
  reg [BITS-1:0] bits;
  reg [31:0] lfsr;
  reg [SLOT_BITS+1:0] answer;  // to an operation
  reg shows;  // the answer is what the register holds
  wire aged = age == AGE'(LAST + 8);
  wire stuck = hold && aged && exhausted && quiet;
  wire settled = quiet && !hold;
  // Not linear, so that no two keys have the same rows whatever these bits are.
  wire new_bit = lfsr[0] ^ (lfsr[7] & lfsr[13]) ^ (lfsr[3] & lfsr[21] & lfsr[29]);
  wire begins = state == REST && settled && pending && !operated;
  wire empty_now = begins && host_write && host_operation == 2'd3;
  wire last = row == LAST_ROW && place == LAST_PICK;
  wire stays = (state == SCANNED && looked && !entry_valid) || (state == COMPARE && !misplaced);

  // The number of a place is (way << ROW_BITS | row) * PLACES + place within the row; behind those, the stash.
  wire [PICK-1:0] host_way = PICK'(host_address >> (PLACE_BITS + ROW_BITS));
  wire [PICK-1:0] host_place = (host_way << PLACE_BITS) | (PICK'(host_address) & PICK'(PLACES - 1));
  wire [ROW_BITS-1:0] host_row = ROW_BITS'(host_address >> PLACE_BITS);
  wire host_in_stash = (host_address >> (PICK + ROW_BITS)) != 0;

  assign restart = rst || empty_now;
  assign clearing = state == CLEAR;
  assign at = row;
  assign pick = place;
  assign mix = bits;
  assign random = lfsr;
  assign rehashing = state[3] && !state[4];
  assign seeding = state == SEED;
  assign may_move = state == REST || state == DRAIN;
  assign host_go = state == OPERATE;
  assign look_go = state == LOOK || state == SCAN;
  assign load_host = begins && host_write;
  assign load_stash = state == STASH;
  assign load_number = INDEX'(host_address);
  assign load_looked = (state == SCANNED || state == SEE) && looked;
  assign keep_looked = (state == SCANNED && looked) || state == HASH || state == COMPARE;
  assign lift = state == LIFT;
  assign host_done = state == DONE;
  assign host_rdata = (KEY + SLOT_BITS + 3)'(answer) | ({2'b0, own_entry[KEY+SLOT_BITS:1], 1'b1} & {KEY + SLOT_BITS + 3{shows}});

  always_ff @(posedge clk) begin
    if (restart || !hold) age <= 0;
    else if (!aged) age <= age + 1'b1;
    if (restart) lfsr <= 32'h5eed_7ab1;
    else if (random_step || seeding) lfsr <= {1'b0, lfsr[31:1]} ^ (lfsr[0] ? 32'h8020_0003 : 32'h0);
    if (restart) bits <= 0;
    else if (seeding) bits <= {new_bit, bits[BITS-1:1]};
    seeded <= seeding ? seeded + 1'b1 : {COUNT{1'b0}};

    pending <= !rst && (host_begin || (pending && state != DONE));
    operated <= !rst && state != DONE && (host_decided || operated);
    emptying <= !rst && state != DONE && (empty_now || emptying);
    stash_loaded <= load_stash;
    if (restart || state == LOOK || state == STASH) answer <= 0;
    else if (host_decided) answer <= host_result;
    if (restart || state == OPERATE) shows <= 0;
    else if (state == SEE && looked) shows <= entry_valid;
    else if (stash_loaded) shows <= own_entry[0];
  end

  // Where the walk over the rows is.
  always_ff @(posedge clk) begin
    if (restart || seeding) begin
      row <= 0;
      place <= 0;
      all_seen <= 0;
    end else if (clearing) begin
      row <= row + 1'b1;
    end else if (begins) begin
      row <= host_row;
      place <= host_place;
    end else if (stays || lift) begin
      place <= place + 1'b1;
      if (place == LAST_PICK) row <= row + 1'b1;
      all_seen <= last;
    end
  end

  always_ff @(posedge clk) begin
    if (rst) begin
      state <= CLEAR;
    end else begin
      case (state)
        CLEAR: if (row == LAST_ROW) state <= emptying ? DONE : REST;
        REST:
        if (stuck) state <= SEED;
        else if (settled && operated) state <= DONE;
        else if (empty_now) state <= CLEAR;
        else if (begins) state <= host_write ? OPERATE : host_in_stash ? STASH : LOOK;
        OPERATE: if (!access_enable) state <= DECIDE;
        DECIDE: if (host_decided) state <= REST;
        LOOK: if (!access_enable) state <= SEE;
        SEE: if (looked) state <= DONE;
        STASH: state <= SHOW;
        SHOW: state <= DONE;
        SEED: if (seeded == COUNT'(BITS - 1)) state <= DRAIN;
        SCAN: state <= SCANNED;
        SCANNED: if (looked) state <= entry_valid ? HASH : last ? DRAIN : SCAN;
        HASH: state <= COMPARE;
        COMPARE: state <= misplaced ? LIFT : last ? DRAIN : SCAN;
        LIFT: state <= LIFTED;
        LIFTED: state <= DRAIN;
        DRAIN: if (quiet) state <= stash_full ? SEED : all_seen ? REST : SCAN;
        default: state <= REST;
      endcase
    end
  end
endmodule
