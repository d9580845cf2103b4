using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Holds the days of a query to ISO 8601: the framework also reads 10/11/2026, in the order of whoever wrote it, and 2026-11 as its first day.
/// </summary>
internal static class DayFilter
{
    private const string Message = "Must be a day such as 2026-11-28.";

    public static EndpointFilterDelegate Apply(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var days = context.MethodInfo.GetParameters()
            .Where(parameter => parameter.ParameterType == typeof(DateOnly) || parameter.ParameterType == typeof(DateOnly?))
            .Select(parameter => parameter.Name!)
            .ToArray();
        if (days.Length is 0)
            return next;

        return invocation =>
        {
            foreach (var day in days)
            {
                foreach (var text in invocation.HttpContext.Request.Query[day])
                {
                    if (!DateOnly.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                        throw new ProblemException(ProblemKind.Malformed, $"/{day}: {Message}", PageRequest.Pointer("/" + day, Message));
                }
            }
            return next(invocation);
        };
    }
}
