// A time stamp of the PTP format {seconds 48, 0 2, nanoseconds 30, 2^-16 ns 16} as nanoseconds, three clocks later. The registers
// behind the product are for synthesis to move into the multipliers.
module pw_ptp_time (
    input  wire        clk,
    input  wire [95:0] stamp,
    output wire [63:0] nanoseconds
);
  reg [63:0] product, product_later, sum;
  reg [29:0] part, part_later;
  always_ff @(posedge clk) begin
    product <= {16'd0, stamp[95:48]} * 64'd1000000000;
    part <= stamp[45:16];
    product_later <= product;
    part_later <= part;
    sum <= product_later + {34'd0, part_later};
  end
  assign nanoseconds = sum;
  wire unused = &{1'b0, stamp[47:46], stamp[15:0]};
endmodule
