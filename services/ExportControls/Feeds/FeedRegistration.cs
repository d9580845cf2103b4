using Chokepoint.ExportControls.Drafts;
using Chokepoint.ExportControls.Feeds.FederalRegister;
using Chokepoint.ExportControls.Feeds.GlobalTradeAlert;
using Chokepoint.Polling;

namespace Chokepoint.ExportControls.Feeds;

internal static class FeedRegistration
{
    /// <summary>The review queue and the feeds that fill it; each is off unless its section switches it on.</summary>
    public static WebApplicationBuilder AddFeeds(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<DraftIntake>();
        builder.Services.AddScoped<DraftReview>();
        builder.AddFeed<FederalRegisterFeed, FederalRegisterSettings>(FederalRegisterFeed.FeedName, FederalRegisterFeed.Section, poll =>
        {
            poll.Address = new Uri("https://www.federalregister.gov/api/v1/documents.json");
            poll.Interval = TimeSpan.FromHours(1);
        });
        builder.AddFeed<GlobalTradeAlertFeed, GlobalTradeAlertSettings>(GlobalTradeAlertFeed.FeedName, GlobalTradeAlertFeed.Section, poll =>
        {
            poll.Address = new Uri("https://api.globaltradealert.org/api/v2/gta/data/");
            poll.Interval = TimeSpan.FromHours(6);
        });
        return builder;
    }

    /// <summary>Adds a feed, with settings of its own beside those of polling in the same section.</summary>
    public static void AddFeed<TFeed, TSettings>(this WebApplicationBuilder builder, string name, string section, Action<PollOptions> defaults)
        where TFeed : class, IFeed
        where TSettings : class, new()
    {
        builder.Services.AddSingleton(builder.Configuration.GetSection(section).Get<TSettings>() ?? new TSettings());
        builder.Services.AddSingleton<TFeed>();
        builder.AddPolledSource<FeedPoller<TFeed>>(name, section, defaults);
    }
}
