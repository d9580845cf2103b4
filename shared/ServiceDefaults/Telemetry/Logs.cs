using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// One line per event, the platform's own from Information up and the frameworks' from Warning up: their Information is a line or
/// five for every request, with its query in clear. <c>Logging:LogLevel:*</c> in the configuration overrides each.
/// </summary>
internal static class Logs
{
    private static readonly string[] Frameworks =
        ["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Microsoft.Extensions", "System.Net.Http", "Npgsql", "MassTransit", "Yarp"];

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        foreach (var framework in Frameworks)
        {
            if (builder.Configuration["Logging:LogLevel:" + framework] is null)
                builder.Logging.AddFilter(framework, LogLevel.Warning);
        }
        builder.Logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None); // ExceptionToProblem logs
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // /ready says it to whoever asks
        builder.Logging.AddFilter(typeof(ApiKeyAuthentication).FullName, LogLevel.Warning); // a line for every request without a key
        foreach (var thrownAnyway in (string[])["Microsoft.EntityFrameworkCore.Database.Command", "Microsoft.EntityFrameworkCore.Database.Connection", "Microsoft.EntityFrameworkCore.Update"])
            builder.Logging.AddFilter(thrownAnyway, LogLevel.Critical); // whoever catches the exception says what it means
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
    }
}
