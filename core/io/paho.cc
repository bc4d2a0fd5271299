#include "core/io/paho.h"

#include "core/io/descriptors.h"

namespace fairfeed::paho {

void* to_context(std::uint64_t number) {
    return reinterpret_cast<void*>(number);
}

std::uint64_t number_of(const mqtt::token& token) {
    return reinterpret_cast<std::uint64_t>(token.get_user_context());
}

std::string reason_of(const mqtt::token& token) {
    if (token.get_return_code() == MQTTASYNC_FAILURE) return descriptor_shortage().value_or("");
    return mqtt::exception(token.get_return_code(), token.get_reason_code()).what();
}

mqtt::create_options create_options_for(const MqttConfig& config) {
    mqtt::create_options options(MQTTVERSION_5);
    options.set_max_buffered_messages(static_cast<int>(config.max_in_flight) + 1);
    return options;
}

mqtt::connect_options connect_options_for(const MqttConfig& config, const std::string& uri,
                                          const std::string& ticket) {
    mqtt::ssl_options tls;
    tls.set_trust_store(config.ca_file.string());
    tls.set_key_store(config.certificate_file.string());
    tls.set_private_key(config.key_file.string());
    tls.set_private_key_password(ticket);
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(false);  // Paho would check the address; the ticket checks the name instead
    tls.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
    // No error handler: Paho C++ 1.2.0 calls it through a pointer to options that are gone.
    mqtt::connect_options options;
    options.set_servers(mqtt::string_collection::create({uri}));
    options.set_mqtt_version(MQTTVERSION_5);
    options.set_clean_start(true);
    options.set_automatic_reconnect(false);
    options.set_keep_alive_interval(config.keep_alive_s);
    options.set_connect_timeout(config.connect_timeout_s);
    options.set_max_inflight(static_cast<int>(config.max_in_flight));
    options.set_ssl(std::move(tls));
    return options;
}

}  // namespace fairfeed::paho
