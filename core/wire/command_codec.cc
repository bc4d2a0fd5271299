#include "core/wire/command_codec.h"

#include "core/wire/decoding.h"

namespace fairfeed {

void write_command(cbor::Writer& writer, const MeterCommand& command) {
    writer.map(7);
    put_unsigned(writer, 1, command.sequence);
    put_text(writer, 2, command.meter.view());
    put_unsigned(writer, 3, static_cast<std::uint64_t>(command.order));
    put_unsigned(writer, 4, static_cast<std::uint64_t>(command.reason));
    put_unsigned(writer, 5, command.effective);
    put_unsigned(writer, 6, command.expires);
    put_integer(writer, 7, command.service_hours);
}

MeterCommand read_command(cbor::Reader& reader) {
    MeterCommand command;
    reader.map_of(7);
    command.sequence = take_unsigned(reader, 1);
    command.meter = take_name<MeterId>(reader, 2);
    const auto order = meter_order_from(take_unsigned(reader, 3));
    const auto reason = command_reason_from(take_unsigned(reader, 4));
    if (!order || !reason) reader.fail(cbor::Fault::malformed);
    command.order = order.value_or(MeterOrder::disconnect);
    command.reason = reason.value_or(CommandReason::requested_by_customer);
    command.effective = take_u32(reader, 5);
    command.expires = take_u32(reader, 6);
    command.service_hours = take_integer(reader, 7);
    return command;
}

}  // namespace fairfeed
