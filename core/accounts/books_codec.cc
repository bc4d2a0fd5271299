#include "core/accounts/books_codec.h"

#include "core/accounts/keyholder_accounts.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

using books::read_item;
using books::read_map;
using books::read_number;
using books::write_map;
using cbor::Fault;
using cbor::Reader;
using cbor::Writer;

void write_window(Writer& out, const std::optional<Window>& window) {
    if (!window) return out.null();
    out.unsigned_integer(*window);
}

std::optional<Window> read_window(Reader& in) {
    if (in.is_null()) return std::nullopt;
    return read_number<Window>(in);
}

void write_integers(Writer& out, const std::vector<std::int64_t>& numbers) {
    out.array(numbers.size());
    for (const std::int64_t number : numbers)
        out.integer(number);
}

std::vector<std::int64_t> read_integers(Reader& in) {
    std::vector<std::int64_t> numbers;
    const std::size_t size = in.array();
    for (std::size_t i = 0; i < size && in.ok(); ++i)
        numbers.push_back(in.integer());
    return numbers;
}

void write_history(Writer& out, const ClusterHistory& history) {
    out.array(4);
    out.array(history.quarters.size());
    for (const ClusterHistory::QuarterOfDay& quarter : history.quarters) {
        out.array(3);
        out.integer(quarter.days);
        out.integer(quarter.load);
        write_integers(out, quarter.costs);
    }
    write_map(out, history.meters, [&](const MeterId& meter, const auto& yields) {
        out.text(meter.view());
        out.array(2 * yields.size());
        for (const ClusterHistory::Yield& yield : yields) {
            out.integer(yield.days);
            out.integer(yield.energy);
        }
    });
    out.integer(history.capacity_sum_w);
    out.integer(history.until_s);
}

// All quarter hours that have costs have as many, because the forecast adds them up.
void check_costs(Reader& in, const ClusterHistory& history) {
    std::size_t size = 0;
    for (const ClusterHistory::QuarterOfDay& quarter : history.quarters) {
        if (quarter.costs.empty()) continue;
        if (size != 0 && quarter.costs.size() != size) in.fail(Fault::malformed);
        size = quarter.costs.size();
    }
    if (size > static_cast<std::size_t>(kMaxFactorSteps) + 1) in.fail(Fault::malformed);
}

ClusterHistory read_history(Reader& in) {
    ClusterHistory history;
    in.array_of(4);
    in.array_of(kQuartersPerDay);
    for (ClusterHistory::QuarterOfDay& quarter : history.quarters) {
        in.array_of(3);
        quarter.days = in.integer();
        quarter.load = in.integer();
        quarter.costs = read_integers(in);
    }
    check_costs(in, history);
    history.meters = read_map<decltype(history.meters)>(
        in, [&] { return in.name<MeterId>(); },
        [&] {
            std::vector<ClusterHistory::Yield> yields(kQuartersPerDay);
            in.array_of(2 * kQuartersPerDay);
            for (ClusterHistory::Yield& yield : yields) {
                yield.days = in.integer();
                yield.energy = in.integer();
            }
            return yields;
        });
    history.capacity_sum_w = in.integer();
    history.until_s = in.integer();
    return history;
}

void write_lines(Writer& out, const std::vector<SettlementLine>& lines) {
    out.array(2 * lines.size());
    for (const SettlementLine& line : lines) {
        out.bytes(encode_settlement_line(line));
        out.bytes(encode_closing({line.closing, line.capacity_w, line.mes_w}));
    }
}

std::vector<SettlementLine> read_lines(Reader& in) {
    std::vector<SettlementLine> lines;
    const std::size_t size = in.array();
    if (size % 2 != 0) in.fail(Fault::malformed);
    for (std::size_t i = 0; i < size && in.ok(); i += 2) {
        SettlementLine line = read_item(in, decode_settlement_line);
        MeterClosing closing = read_item(in, decode_closing);
        const bool agree = closing.capacity_w == line.capacity_w && closing.mes_w == line.mes_w;
        if (!agree) in.fail(Fault::malformed);
        line.closing = std::move(closing.state);
        lines.push_back(std::move(line));
    }
    return lines;
}

// The parts that KeyholderAccounts keeps of a settlement.
void write_handed_over(Writer& out, const Settlement& settlement) {
    out.array(6);
    out.text(settlement.cluster.view());
    out.unsigned_integer(settlement.window);
    out.unsigned_integer(settlement.version);
    out.text(settlement.proposer.view());
    write_integers(out, settlement.factors);
    out.array(settlement.lines.size());
    for (const SealedLine& line : settlement.lines) {
        out.array(4);
        out.text(line.meter.view());
        out.unsigned_integer(line.key_epoch);
        out.bytes(line.salt.view());
        out.bytes(line.closing);
    }
}

Settlement read_handed_over(Reader& in) {
    Settlement settlement;
    in.array_of(6);
    settlement.cluster = in.name<ClusterId>();
    settlement.window = read_number<Window>(in);
    settlement.version = read_number<std::uint32_t>(in);
    settlement.proposer = in.name<NodeId>();
    settlement.factors = read_integers(in);
    const std::size_t lines = in.array();
    for (std::size_t i = 0; i < lines && in.ok(); ++i) {
        SealedLine& line = settlement.lines.emplace_back();
        in.array_of(4);
        line.meter = in.name<MeterId>();
        line.key_epoch = read_number<KeyEpoch>(in);
        line.salt = in.fixed<Salt>();
        line.closing = to_bytes(in.bytes());
    }
    return settlement;
}

using ManyAccounts = std::map<ClusterId, ClusterAccounts>;

void write_all(Writer& out, const ManyAccounts& all) {
    write_map(out, all, [&](const ClusterId& cluster, const ClusterAccounts& accounts) {
        out.text(cluster.view());
        accounts.write(out);
    });
}

ManyAccounts read_all(Reader& in) {
    ClusterId cluster;
    return read_map<ManyAccounts>(
        in, [&] { return cluster = in.name<ClusterId>(); },
        [&] { return ClusterAccounts::read(in, cluster); });
}

}  // namespace

void KeyRing::write(Writer& out) const {
    write_map(out, keys_, [&](const auto& place, const SymmetricKey& key) {
        out.array(2);
        out.text(place.first.view());
        out.unsigned_integer(place.second);
        out.bytes(key.view());
    });
}

KeyRing KeyRing::read(Reader& in) {
    KeyRing ring;
    ring.keys_ = read_map<decltype(ring.keys_)>(
        in,
        [&] {
            in.array_of(2);
            MeterId meter = in.name<MeterId>();
            return std::pair(std::move(meter), read_number<KeyEpoch>(in));
        },
        [&] { return in.fixed<SymmetricKey>(); });
    return ring;
}

void ClusterAccounts::write(Writer& out) const {
    out.array(5);
    write_map(out, accounts_, [&](const MeterId& meter, const Account& account) {
        out.text(meter.view());
        out.array(2);
        out.bytes(encode_closing({account.closing, account.capacity_w, 0}));
        write_map(out, account.recent, [&](Window window, const ReadingBody& body) {
            out.unsigned_integer(window);
            out.bytes(encode_reading_body(body));
        });
    });
    write_lines(out, last_lines_);
    write_window(out, last_window_);
    write_history(out, history_);
    write_window(out, history_since_);
}

ClusterAccounts ClusterAccounts::read(Reader& in, ClusterId cluster) {
    ClusterAccounts out(std::move(cluster));
    in.array_of(5);
    out.accounts_ = read_map<decltype(out.accounts_)>(
        in, [&] { return in.name<MeterId>(); },
        [&] {
            Account account;
            in.array_of(2);
            MeterClosing closing = read_item(in, decode_closing);
            if (closing.mes_w != 0) in.fail(Fault::malformed);
            account.closing = std::move(closing.state);
            account.capacity_w = closing.capacity_w;
            account.recent = read_map<decltype(account.recent)>(
                in, [&] { return read_number<Window>(in); },
                [&] { return read_item(in, decode_reading_body); });
            return account;
        });
    out.last_lines_ = read_lines(in);
    out.last_window_ = read_window(in);
    out.history_ = read_history(in);
    out.history_since_ = read_window(in);
    return out;
}

void KeyholderAccounts::write(Writer& out) const {
    out.array(5);
    keys_.write(out);
    write_map(out, last_, [&](const ClusterId& cluster, const Settled& settled) {
        out.text(cluster.view());
        out.array(3);
        write_handed_over(out, settled.settlement);
        out.integer(settled.block.time_ms);
        write_integers(out, settled.block.capacities_w);
    });
    out.array(closed_.size());
    for (const ClusterId& cluster : closed_)
        out.text(cluster.view());
    write_all(out, clusters_);
    write_all(out, witnessed_);
}

KeyholderAccounts KeyholderAccounts::read(Reader& in, std::optional<Keyholder> holder) {
    KeyholderAccounts out;
    out.holder_ = std::move(holder);
    in.array_of(5);
    out.keys_ = KeyRing::read(in);
    out.last_ = read_map<decltype(out.last_)>(
        in, [&] { return in.name<ClusterId>(); },
        [&] {
            Settled settled;
            in.array_of(3);
            settled.settlement = read_handed_over(in);
            settled.block.time_ms = in.integer();
            settled.block.capacities_w = read_integers(in);
            if (settled.block.capacities_w.size() != settled.settlement.lines.size()) {
                in.fail(Fault::malformed);
            }
            return settled;
        });
    const std::size_t closed = in.array();
    for (std::size_t i = 0; i < closed && in.ok(); ++i) {
        const ClusterId cluster = in.name<ClusterId>();
        const bool follows = out.closed_.empty() || *out.closed_.rbegin() < cluster;
        if (!follows) in.fail(Fault::not_canonical);
        out.closed_.insert(cluster);
    }
    out.clusters_ = read_all(in);
    out.witnessed_ = read_all(in);
    return out;
}

void InvariantMonitor::write(Writer& out) const {
    out.array(3);
    out.array(3 * reports_.size());
    for (const InvariantReport& report : reports_) {
        out.boolean(report.applicable);
        out.boolean(report.ok);
        out.bytes(as_bytes(report.explanation));
    }
    write_map(out, settled_, [&](const ClusterId& cluster, Window window) {
        out.text(cluster.view());
        out.unsigned_integer(window);
    });
    write_map(out, standing_, [&](const MeterId& meter, const ClosingState& closing) {
        out.text(meter.view());
        out.bytes(encode_closing({closing, 0, 0}));
    });
}

InvariantMonitor InvariantMonitor::read(Reader& in) {
    InvariantMonitor out;
    in.array_of(3);
    in.array_of(3 * out.reports_.size());
    for (InvariantReport& report : out.reports_) {
        report.applicable = in.boolean();
        report.ok = in.boolean();
        report.explanation = as_text(in.bytes());
    }
    out.settled_ = read_map<decltype(out.settled_)>(
        in, [&] { return in.name<ClusterId>(); }, [&] { return read_number<Window>(in); });
    out.standing_ = read_map<decltype(out.standing_)>(
        in, [&] { return in.name<MeterId>(); },
        [&] {
            MeterClosing closing = read_item(in, decode_closing);
            if (closing.capacity_w != 0 || closing.mes_w != 0) in.fail(Fault::malformed);
            return std::move(closing.state);
        });
    return out;
}

}  // namespace fairfeed
