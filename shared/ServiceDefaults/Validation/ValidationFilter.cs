using System.Collections.Concurrent;
using FluentValidation;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Runs the validator of each of an endpoint's arguments before the endpoint: 422 with every fault by JSON Pointer. An endpoint none of
/// whose parameters has a validator is left untouched when the routes are built.
/// </summary>
internal static class ValidationFilter
{
    public static EndpointFilterDelegate Apply(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var known = context.ApplicationServices.GetRequiredService<ServiceValidators>();
        var validated = context.MethodInfo.GetParameters()
            .Where(parameter => known.Contains(parameter.ParameterType))
            .Select(parameter => parameter.Position)
            .ToArray();
        if (validated.Length is 0)
            return next;

        return async invocation =>
        {
            foreach (var position in validated)
            {
                if (invocation.Arguments[position] is not { } argument)
                    continue;
                var validator = known.Get(argument.GetType(), invocation.HttpContext.RequestServices);
                var result = await validator.ValidateAsync(new ValidationContext<object>(argument), invocation.HttpContext.RequestAborted);
                if (!result.IsValid)
                    return Problems.Invalid(ByPointer(result.Errors));
            }
            return await next(invocation);
        };
    }

    private static Dictionary<string, string[]> ByPointer(IEnumerable<ValidationFailure> failures) => ValidationErrors.ByPointer(failures);
}

/// <summary>What a validator found, as the interface tells it.</summary>
public static class ValidationErrors
{
    /// <summary>Its messages by JSON Pointer.</summary>
    public static Dictionary<string, string[]> ByPointer(IEnumerable<ValidationFailure> failures) =>
        failures.GroupBy(failure => JsonPointer.FromPropertyName(failure.PropertyName), StringComparer.Ordinal)
            .ToDictionary(field => field.Key, field => field.Select(failure => failure.ErrorMessage).Distinct(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
}

/// <summary>
/// The validators of a service's assembly. They are pure, look nothing up, and are made once: building one compiles expressions, which
/// takes longer than a request.
/// </summary>
internal sealed class ServiceValidators
{
    private readonly Dictionary<Type, Type> _types;
    private readonly ConcurrentDictionary<Type, IValidator> _made = new();

    public ServiceValidators(System.Reflection.Assembly assembly) =>
        _types = AssemblyScanner.FindValidatorsInAssembly(assembly, includeInternalTypes: true)
            .GroupBy(found => found.InterfaceType.GetGenericArguments()[0])
            .ToDictionary(validated => validated.Key, validated => validated.First().ValidatorType);

    public bool Contains(Type type) => _types.ContainsKey(type);

    public IValidator Get(Type type, IServiceProvider services) => _made.GetOrAdd(
        type, static (type, state) => (IValidator)ActivatorUtilities.CreateInstance(state.services, state._types[type]), (services, _types));
}
