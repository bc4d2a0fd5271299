#include "tests/fuzz/window_seeds.h"

#include <array>
#include <vector>

#include "tests/support/dice.h"

namespace fairfeed::fuzz {
namespace {

// Capacity, and in each quarter hour generation, import and export.
using MeterFigures = std::array<std::uint64_t, 4>;

// The inverse of Input::figure.
void put_figure(Bytes& out, std::uint64_t value) {
    std::uint8_t width = 0;
    while (width < 8 && (value >> (8U * width)) != 0)
        ++width;
    out.push_back(width);
    while (width-- > 0)
        out.push_back(static_cast<std::uint8_t>(value >> (8U * width)));
}

// A window in the form that the target reads.
Bytes window(const std::vector<MeterFigures>& meters, std::uint8_t quarters = 1) {
    Bytes out{static_cast<std::uint8_t>(quarters - 1), 0};
    for (const std::uint64_t figure : {1'470'614'400ULL, 251'337ULL, 80'001ULL})
        put_figure(out, figure);
    out.push_back(static_cast<std::uint8_t>(meters.size()));
    for (const MeterFigures& meter : meters) {
        append(out, Bytes{0, 0});
        put_figure(out, meter[0]);
        for (std::uint8_t quarter = 0; quarter < quarters; ++quarter)
            for (std::size_t figure = 1; figure < meter.size(); ++figure)
                put_figure(out, meter[figure]);
        for (const std::uint64_t carried : {7ULL, 999ULL, 1'000'000ULL})
            put_figure(out, carried);
    }
    return out;
}

// An hour under three bands in runs of one to some quarter hours, with a daily charge; the clocks
// go back an hour in it.
Bytes hour_of_three_bands() {
    Bytes out = window({{5000, 1100, 3, 900}, {3000, 700, 0, 699}, {0, 0, 77, 0}}, 4);
    out.push_back(2);
    put_figure(out, 300'001);
    for (const std::uint64_t rate : {400'007ULL, 120'001ULL, 200'003ULL, 60'001ULL})
        put_figure(out, rate);
    append(out, Bytes{68, 1, 3, 64});
    test::Dice dice(3);
    for (int i = 0; i < 500; ++i)
        out.push_back(static_cast<std::uint8_t>(dice.index(8)));
    return out;
}

}  // namespace

std::map<std::string, Bytes> contract_seeds() {
    return {
        {"no-meters", window({})},
        {"deficit", window({{5000, 200, 900, 0}, {0, 0, 400, 0}})},
        {"surplus",
         window({{5000, 1100, 3, 900}, {3000, 700, 0, 699}, {2000, 500, 1, 499}, {0, 0, 77, 0}})},
        {"no-capacity", window({{0, 1100, 3, 900}, {0, 0, 77, 0}})},
        {"largest", window({{400'000'000'000, 90'000'000'000'000, 1, 90'000'000'000'000},
                            {599'999'999'999, 899'999'999'999'999, 0, 799'999'999'999'998}})},
        {"three-bands", hour_of_three_bands()},
    };
}

std::map<std::string, Bytes> true_up_seeds() {
    std::map<std::string, Bytes> seeds;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        test::Dice dice(seed);
        Bytes& bytes = seeds["drawn-" + std::to_string(seed)];
        for (int i = 0; i < 400; ++i)
            bytes.push_back(static_cast<std::uint8_t>(dice.index(256)));
    }
    return seeds;
}

}  // namespace fairfeed::fuzz
