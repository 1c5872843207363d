using Whales.FunctionalTests.Running;

namespace Whales.FunctionalTests.Monitoring;

/// <summary>
/// Every series that a host has from the moment it listens, whatever happens to it: alerts and rates need them before the first photo, and most
/// of all when there is none. Beside these come, once there is something to say: what runs (whales_model_info, the runs of a network on its
/// provider), requests by route (http_server_request_duration_seconds) and GPUs.
/// </summary>
internal static class MetricCatalogue
{
    // Hosts (A api, W worker, N notifier; Standalone has all of them), name, type, then each label with its values; * is any.
    private const string Text = """
        A whales_api_requests_total counter model
        A whales_api_rejected_total counter reason=empty_file,malformed_request,unknown_model,too_large,unsupported_media,idempotency_mismatch,idempotency_in_progress,queue_full,rate_limited,request_timeout,unauthorized,forbidden,unavailable,internal_error,empty_archive,malformed_archive,archive_mismatch,archive_bomb,unsafe_path,too_many_files
        A whales_batches_total counter
        A whales_batch_rejected_total counter reason=empty_file,too_large,unsupported_media,encrypted,nested_archive,duplicate,damaged_entry,unsupported_compression
        A whales_batch_expansion_duration_seconds histogram
        A whales_upload_bytes histogram
        A whales_publish_duration_seconds histogram model outcome=confirmed,nacked,returned,timeout,failed
        A whales_outbox_pending gauge
        A whales_broker_stalled gauge
        A whales_jobs_pending gauge model lane=interactive,bulk
        A whales_jobs_oldest_pending_seconds gauge model lane=interactive,bulk
        A whales_model_queue_age_threshold_seconds gauge model severity=warning,critical
        A whales_results_total counter model outcome=identified,unknown_individual,not_a_cetacean,failed,canceled,expired
        A whales_end_to_end_duration_seconds histogram model outcome=identified,unknown_individual,not_a_cetacean,failed,canceled,expired
        A whales_dead_letters_total counter model reason=broker,worker
        A whales_result_stream_clients gauge
        A whales_retention_removed_total counter kind=row,photo,batch,dead_letter,audit
        A whales_catalogue_photos gauge model status=queued,embedded,failed
        A whales_catalogue_published_version gauge model
        A whales_store_operation_duration_seconds histogram store=database operation=read,write outcome=ok,failed
        AW whales_store_operation_duration_seconds histogram store=images operation=read,commit,delete outcome=ok,failed

        W whales_api_inference_time_seconds gauge model
        W whales_api_error_rate gauge model
        W whales_api_model_loaded gauge model
        W whales_model_inference_threshold_seconds gauge model severity=warning,critical
        W whales_model_loads_total counter model outcome=succeeded,failed
        W whales_model_load_duration_seconds gauge model
        W whales_gpu_expected gauge
        W whales_worker_jobs_total counter model outcome=succeeded,failed,canceled,expired,poisonous,returned
        W whales_jobs_in_progress gauge model
        W whales_queue_messages gauge model lane=interactive,bulk state=ready,unacked
        W whales_queue_drain_rate gauge model lane=interactive,bulk
        W whales_queue_expected_drain_seconds gauge model lane=interactive,bulk
        W whales_queue_wait_seconds histogram model
        W whales_stage_duration_seconds histogram model stage=fetch,decode,batch_wait,inference,match,publish
        W whales_inference_batch_size histogram model
        W whales_match_score histogram model
        W whales_decode_errors_total counter reason=corrupted_image,unsupported_media,too_large
        W whales_retries_total counter model reason=image_store,broker,redelivered
        W whales_worker_last_success_timestamp_seconds gauge model
        W whales_catalogue_version gauge model
        W whales_catalogue_embeddings gauge model
        W whales_catalogue_individuals gauge model
        W whales_catalogue_load_errors_total counter model

        N telegram_webhook_requests_total counter
        N telegram_bot_configured gauge
        N whales_notifier_webhook_requests_total counter status=accepted,duplicate,invalid,unauthorized,overloaded
        N whales_notifier_events_total counter source=alertmanager,watchdog,fault,identification_failed,model_load_failed,undecodable,dead_letter severity=critical,warning,info,none
        N whales_notifier_deliveries_total counter channel=log outcome=sent,edited,replied,deduplicated,coalesced,suppressed,failed,dropped
        N whales_notifier_delivery_duration_seconds histogram channel=log
        N whales_notifier_telegram_request_duration_seconds histogram method=getMe,getChat,getUpdates,sendMessage,sendChatAction,editMessageText,answerCallbackQuery,setMyCommands outcome=ok,failed
        N whales_notifier_telegram_errors_total counter code=400,401,403,404,409,429,5xx,timeout,network
        N whales_notifier_rate_limited_seconds_total counter
        N whales_notifier_backlog gauge severity=critical,warning,info,none
        N whales_notifier_backlog_oldest_seconds gauge
        N whales_notifier_active_alerts gauge severity=critical,warning,info,none
        N whales_notifier_watchdog_last_seen_timestamp_seconds gauge
        N whales_notifier_last_delivery_timestamp_seconds gauge channel=log
        N whales_notifier_silences_total counter action=created,undone,denied,expired
        N whales_notifier_callbacks_total counter outcome=ok,unauthorized,expired,unknown,failed

        AWN whales_api_cpu_percent gauge
        AWN whales_api_memory_percent gauge
        AWN whales_process_memory_limit_bytes gauge
        AWN process_start_time_seconds gauge
        AWN whales_build_info gauge version=* revision=* dotnet=*
        AWN dotnet_process_memory_working_set_bytes gauge
        AWN dotnet_process_cpu_time_seconds_total counter cpu_mode=user,system
        AWN dotnet_gc_pause_time_seconds_total counter
        AWN dotnet_gc_heap_total_allocated_bytes_total counter
        AWN dotnet_monitor_lock_contentions_total counter
        AWN kestrel_active_connections gauge server_address=* server_port=* network_transport=* network_type=*
        """;

    /// <summary>What the host's page must have: for each metric its type, and each series as <c>label="value"</c> in the order of the labels.</summary>
    public static IEnumerable<(string Name, string Type, IReadOnlyList<string> Series)> Of(char host) =>
        from line in Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let words = line.Split(' ')
        where host == 'S' || words[0].Contains(host)
        select (words[1], words[2], Expand(words[3..]));

    private static IReadOnlyList<string> Expand(IEnumerable<string> labels)
    {
        IReadOnlyList<string> series = [""];
        foreach (var label in labels.Select(text => text == "model" ? $"model={TestPictures.QuickModel}" : text).Order(StringComparer.Ordinal))
        {
            var (key, values) = (label[..label.IndexOf('=')], label[(label.IndexOf('=') + 1)..].Split(','));
            series = [.. from before in series from value in values select $"{before}{(before.Length == 0 ? "" : ",")}{key}=\"{value}\""];
        }

        return series;
    }
}
