#include "core/wire/genesis_codec.h"

#include "core/wire/decoding.h"
#include "core/wire/office_codec.h"

namespace fairfeed {
namespace {

constexpr std::uint32_t kVersion = 1;

void write_timers(cbor::Writer& writer, const Timers& timers) {
    writer.map(11);
    put_integer(writer, 1, timers.propose_ms);
    put_integer(writer, 2, timers.propose_step_ms);
    put_integer(writer, 3, timers.propose_cap_ms);
    put_integer(writer, 4, timers.vote_ms);
    put_integer(writer, 5, timers.vote_step_ms);
    put_integer(writer, 6, timers.vote_cap_ms);
    put_integer(writer, 7, timers.grace_ms);
    put_integer(writer, 8, timers.slot_ms);
    put_integer(writer, 9, timers.fill_ms);
    put_integer(writer, 10, timers.rebroadcast_ms);
    put_integer(writer, 11, timers.rebroadcast_cap_ms);
}

Timers read_timers(cbor::Reader& reader) {
    Timers timers;
    reader.map_of(11);
    timers.propose_ms = take_integer(reader, 1);
    timers.propose_step_ms = take_integer(reader, 2);
    timers.propose_cap_ms = take_integer(reader, 3);
    timers.vote_ms = take_integer(reader, 4);
    timers.vote_step_ms = take_integer(reader, 5);
    timers.vote_cap_ms = take_integer(reader, 6);
    timers.grace_ms = take_integer(reader, 7);
    timers.slot_ms = take_integer(reader, 8);
    timers.fill_ms = take_integer(reader, 9);
    timers.rebroadcast_ms = take_integer(reader, 10);
    timers.rebroadcast_cap_ms = take_integer(reader, 11);
    return timers;
}

void write_forecast(cbor::Writer& writer, const ForecastWeights& weights) {
    writer.map(4);
    put_integer(writer, 1, weights.memory_days);
    put_integer(writer, 2, weights.days_after_change);
    put_integer(writer, 3, weights.needless_weight_ppm);
    put_integer(writer, 4, weights.factor_steps);
}

ForecastWeights read_forecast(cbor::Reader& reader) {
    ForecastWeights weights;
    reader.map_of(4);
    weights.memory_days = take_integer(reader, 1);
    weights.days_after_change = take_integer(reader, 2);
    weights.needless_weight_ppm = take_integer(reader, 3);
    weights.factor_steps = take_integer(reader, 4);
    return weights;
}

void write_parameters(cbor::Writer& writer, const NetworkParameters& parameters) {
    writer.map(18);
    put_text(writer, 1, parameters.name);
    put_integer(writer, 2, parameters.grid_epoch_s);
    put_integer(writer, 3, parameters.real_epoch_ms);
    put_integer(writer, 4, parameters.speed);
    put_integer(writer, 5, parameters.window_seconds);
    put_integer(writer, 6, parameters.window_limit);
    put_integer(writer, 7, parameters.share_offset_s);
    put_integer(writer, 8, parameters.share_notice_s);
    put_unsigned(writer, 9, static_cast<std::uint64_t>(parameters.rule));
    put_unsigned(writer, 10, static_cast<std::uint64_t>(parameters.basis));
    put_unsigned(writer, 11, parameters.contract_version);
    put_integer(writer, 12, parameters.close_after_s);
    put_boolean(writer, 13, parameters.degraded_quorum);
    put_integer(writer, 14, parameters.max_block_transactions);
    writer.key(15);
    write_timers(writer, parameters.timers);
    put_unsigned(writer, 16, static_cast<std::uint64_t>(parameters.resolution));
    writer.key(17);
    write_forecast(writer, parameters.forecast);
    put_text(writer, 18, parameters.time_zone);
}

NetworkParameters read_parameters(cbor::Reader& reader) {
    NetworkParameters parameters;
    reader.map_of(18);
    parameters.name = std::string(take_text(reader, 1));
    parameters.grid_epoch_s = take_integer(reader, 2);
    parameters.real_epoch_ms = take_integer(reader, 3);
    parameters.speed = take_integer(reader, 4);
    parameters.window_seconds = take_integer(reader, 5);
    parameters.window_limit = take_integer(reader, 6);
    parameters.share_offset_s = take_integer(reader, 7);
    parameters.share_notice_s = take_integer(reader, 8);
    const auto rule = share_rule_from(take_unsigned(reader, 9));
    const auto basis = share_basis_from(take_unsigned(reader, 10));
    if (!rule || !basis) reader.fail(cbor::Fault::malformed);
    parameters.rule = rule.value_or(ShareRule::paper);
    parameters.basis = basis.value_or(ShareBasis::previous_window);
    parameters.contract_version = take_u32(reader, 11);
    parameters.close_after_s = take_integer(reader, 12);
    parameters.degraded_quorum = take_boolean(reader, 13);
    parameters.max_block_transactions = take_integer(reader, 14);
    reader.key(15);
    parameters.timers = read_timers(reader);
    const auto resolution = share_resolution_from(take_unsigned(reader, 16));
    if (!resolution) reader.fail(cbor::Fault::malformed);
    parameters.resolution = resolution.value_or(ShareResolution::window);
    reader.key(17);
    parameters.forecast = read_forecast(reader);
    parameters.time_zone = std::string(take_text(reader, 18));
    return parameters;
}

}  // namespace

Bytes encode_genesis_payload(const Genesis& genesis) {
    cbor::Writer writer;
    writer.map(10);
    put_unsigned(writer, 1, kVersion);
    writer.key(2);
    write_parameters(writer, genesis.parameters);
    put_text(writer, 3, genesis.genesis_node.view());
    put_bytes(writer, 4, genesis.genesis_node_key.view());
    put_text(writer, 5, genesis.dgmd.view());
    put_bytes(writer, 6, genesis.dgmd_key.view());
    put_bytes(writer, 7, genesis.dgmd_agreement_key.view());
    write_office(writer, 8, genesis.office);
    return writer.take();
}

Result<Genesis, Reject> decode_genesis_payload(ByteView bytes) {
    cbor::Reader reader(bytes);
    Genesis genesis;
    const std::size_t size = reader.map();
    const std::uint32_t version = take_u32(reader, 1);
    if (reader.ok() && version != kVersion) return unexpected(Reject::unsupported_version);
    if (size != 10) reader.fail(cbor::Fault::malformed);
    reader.key(2);
    genesis.parameters = read_parameters(reader);
    genesis.genesis_node = take_name<NodeId>(reader, 3);
    genesis.genesis_node_key = take_fixed<PublicKey>(reader, 4);
    genesis.dgmd = take_name<NodeId>(reader, 5);
    genesis.dgmd_key = take_fixed<PublicKey>(reader, 6);
    genesis.dgmd_agreement_key = take_fixed<PublicKey>(reader, 7);
    genesis.office = read_office(reader, 8);
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    if (fault_of(genesis.parameters) || fault_of(genesis.office)) {
        return unexpected(Reject::out_of_range);
    }
    return genesis;
}

}  // namespace fairfeed
