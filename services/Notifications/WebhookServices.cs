using Chokepoint.Contracts.CloudEvents;
using Chokepoint.Notifications.Data;
using Chokepoint.Notifications.Dispatch;
using Chokepoint.Notifications.Subscriptions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Chokepoint.Notifications;

internal static class WebhookServices
{
    /// <summary>What sends webhooks, by the configuration section <c>Webhooks</c>.</summary>
    public static void AddWebhooks(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DispatchSettings>().BindConfiguration("Webhooks").ValidateDataAnnotations().ValidateOnStart();
        var platformUrl = builder.Configuration["Platform:PublicUrl"];
        services.AddSingleton(provider => new CloudEventMapping(Settings(provider).PublicUrl ?? (platformUrl is null ? null : new Uri(platformUrl))));
        services.AddSingleton(provider => new SecretVault(KeyFile.ReadOrCreate(Settings(provider).KeyFile ?? KeyFile.DefaultPath)));
        services.AddSingleton<SubscriptionValidator>();

        services.AddSingleton<DispatchSignal>();
        services.AddSingleton<FreshDeliveries>();
        services.AddSingleton<CommitSignal>();
        services.ConfigureDbContext<NotificationsDbContext>((provider, options) =>
            options.AddInterceptors(provider.GetRequiredService<CommitSignal>()));

        services.AddSingleton<WebhookSender>();
        services.AddSingleton<DueDeliveries>();
        services.AddSingleton<AttemptStore>();
        // Stopped in the reverse order: the dispatcher ends its attempts, then the recorder stores the last of them.
        services.AddSingleton<AttemptRecorder>();
        services.AddHostedService(provider => provider.GetRequiredService<AttemptRecorder>());
        services.AddHostedService<DeliveryDispatcher>();
        services.AddHostedService<Housekeeping>();
    }

    private static DispatchSettings Settings(IServiceProvider provider) => provider.GetRequiredService<IOptions<DispatchSettings>>().Value;
}
